"""Tables that show themselves: as HTML whose structure carries it, else as text in columns."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

# JupyterLab aligns cells to the right unless told; GitHub removes the style and keeps `align`.
LEFT = 'align="left" valign="top" style="text-align: left; vertical-align: top"'
_CELL_WIDTH = 76


@dataclass(frozen=True)
class Table:
    """Rows under headings. `code` shows the cells in a fixed-width font."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    code: bool = False
    caption: str = ""
    marked: frozenset[int] = field(default_factory=frozenset)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}

    def html(self) -> str:
        """Return the table as HTML; a marked row is bold."""
        head = "".join(f"<th {LEFT}>{escape(name)}</th>" for name in self.columns)
        body = "\n".join(self._row(number, row) for number, row in enumerate(self.rows))
        caption = f"<p>{escape(self.caption)}</p>\n" if self.caption else ""
        return (
            f"{caption}<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        )

    def _row(self, number: int, row: Sequence[object]) -> str:
        cells = []
        for value in row:
            cell = escape(str(value))
            if "\n" in cell:
                cell = f"<pre>{cell}</pre>"
            elif self.code and cell:
                cell = f"<code>{cell}</code>"
            if number in self.marked:
                cell = f"<strong>{cell}</strong>"
            cells.append(f"<td {LEFT}>{cell}</td>")
        return f"<tr>{''.join(cells)}</tr>"

    def text(self) -> str:
        """Return the table as text; a marked row starts with an arrow."""
        grid = [[_cell_lines(name) for name in self.columns]]
        grid += [[_cell_lines(str(value)) for value in row] for row in self.rows]
        widths = [max(len(line) for row in grid for line in row[i]) for i in range(len(grid[0]))]
        lines = [self.caption] if self.caption else []
        for number, row in enumerate(grid):
            arrow = "> " if number - 1 in self.marked else "  "
            for part in range(max(len(cell) for cell in row)):
                texts = [cell[part] if part < len(cell) else "" for cell in row]
                line = "  ".join(t.ljust(w) for t, w in zip(texts, widths, strict=True))
                lines.append(((arrow if part == 0 else "  ") + line).rstrip())
            if number == 0:
                lines.append("  " + "  ".join("-" * width for width in widths))
        return "\n".join(lines)


def table(rows: Iterable[dict[str, object]], caption: str = "") -> Table:
    """Return a table of dictionaries: a row each, their keys the headings."""
    rows = list(rows)
    columns = tuple(dict.fromkeys(key for row in rows for key in row)) or ("no rows",)
    return Table(columns, [[row.get(key, "") for key in columns] for row in rows], caption=caption)


def show(*things: object) -> None:
    """Show several things below one cell, one after the other."""
    from IPython.display import display  # only where there is a notebook

    for thing in things:
        display(thing)  # type: ignore[no-untyped-call]


def _cell_lines(text: str) -> list[str]:
    """Return a cell's lines, the long ones wrapped."""
    wrapped = []
    for line in text.splitlines() or [""]:
        wrapped += textwrap.wrap(line, _CELL_WIDTH, drop_whitespace=False) or [""]
    return wrapped
