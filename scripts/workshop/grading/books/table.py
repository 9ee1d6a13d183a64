"""The table for the terminal: a line a student, a column a stage, then what needs a person."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from workshop.grading.books.parts import figures, folders, wording
from workshop.grading.grades import Book, Column, Verdict
from workshop.screen import Page, console

NAME = "table"

_NAME_WIDTH = 28
_CELL = 6
_TOTAL = 18
_LONGEST_REASON = 200
# How a verdict is written beside the points: with a letter, as not everybody sees colours.
MARKS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.FAIL: ("✗", "red"),
    Verdict.ERROR: ("E", "bold red"),
    Verdict.INVALID: ("I", "bold magenta"),
    Verdict.FLAG: ("?", "bold yellow"),
}
_LEGEND = (
    "✓ pass  ✗ fail  E error  I invalid  ? to be looked at  · nothing  ! not graded: our fault"
)


def write(book: Book, folder: Path) -> list[Path]:
    """Write `grades.txt`."""
    return [folders.write(folder / "grades.txt", page_of(book).plain().encode())]


def print_table(book: Book) -> None:
    """Print the table; on a terminal in blocks of stages that fit, elsewhere always the same."""
    out = console()
    page_of(book, out.width if out.is_terminal else None).print()


def page_of(book: Book, width: int | None = None) -> Page:
    """Return the table as a page; of this width, or as wide as it gets."""
    page = Page()
    for number, stages in enumerate(_blocks(book.stages, width)):
        if number:
            page.line()
        _add_block(page, book, stages)
    page.line()
    page.line((_LEGEND, "dim"))
    _add_count(page, book)
    _add_section(page, "Not graded, by a fault of the grader:", _faults(book))
    _add_section(page, "To be looked at:", _reasons(book, Verdict.FLAG))
    _add_section(page, "Not tested:", _reasons(book, Verdict.ERROR, Verdict.INVALID))
    _add_section(page, "Changed by this grading:", _changes(book))
    _add_section(page, "Unusually equal, for a person to judge:", _pairs(book))
    return page


def _blocks(stages: Sequence[Column], width: int | None) -> list[Sequence[Column]]:
    if width is None:
        return [stages]
    fit = max(1, (width - _NAME_WIDTH - _TOTAL) // _CELL)
    return [stages[start : start + fit] for start in range(0, len(stages), fit)] or [stages]


def _add_block(page: Page, book: Book, stages: Sequence[Column]) -> None:
    head = "".join(f"{stage.number:>{_CELL - 1}} " for stage in stages)
    page.line((f"{_fitted('Student')}{head}{'passed':>8}{'points':>9}", "bold"))
    for student in book.students:
        total = figures.total_of(book, student)
        page.line(
            _fitted(wording.name(student)),
            *(_cell(book, student, stage) for stage in stages),
            (f"{f'{total.passed}/{total.of}':>8}", "dim"),
            f"{wording.number(total.points):>9}",
        )


def _fitted(name: str) -> str:
    """Return a name of just this width on a terminal, where some characters are two cells wide."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(name) <= _NAME_WIDTH - 1:
        return set_cell_size(name, _NAME_WIDTH)
    return set_cell_size(set_cell_size(name, _NAME_WIDTH - 2).rstrip() + "…", _NAME_WIDTH)


def _cell(book: Book, student: str, stage: Column) -> tuple[str, str]:
    key = (student, stage.number)
    if grade := book.grades.get(key):
        mark, style = MARKS[grade.verdict]
        return f"{round(grade.points):>{_CELL - 2}}{mark} ", style
    mark, style = ("!", "bold red") if key in book.faults else ("·", "dim")
    return f"{mark:>{_CELL - 1}} ", style


def _add_count(page: Page, book: Book) -> None:
    counts = figures.verdicts(book)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    page.line(
        f"{len(book.students)} students, {len(book.grades)} submissions graded: {told or '-'}."
    )


def _add_section(page: Page, heading: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if not lines:
        return
    page.line()
    page.line((heading, "bold"))
    for line in lines:
        page.line(f"  {line}")


def _named(student: str, stage: int, told: str) -> str:
    name = wording.shortened(wording.name(student), _NAME_WIDTH)
    return f"{name}, stage {stage}: {wording.shortened(wording.line(told), _LONGEST_REASON)}"


def _faults(book: Book) -> Iterable[str]:
    for (student, stage), fault in book.faults.items():
        yield _named(student, stage, fault)


def _reasons(book: Book, *verdicts: Verdict) -> Iterable[str]:
    for (student, stage), grade in book.grades.items():
        if grade.verdict in verdicts:
            yield _named(student, stage, f"{grade.verdict}, {grade.reason or 'no reason is known'}")


def _changes(book: Book) -> Iterable[str]:
    for (student, stage), change in book.changes.items():
        yield _named(student, stage, change)


def _pairs(book: Book) -> Iterable[str]:
    for pair in book.pairs:
        names = " and ".join(
            wording.shortened(wording.name(name), _NAME_WIDTH) for name in (pair.first, pair.second)
        )
        yield f"{names}, stage {pair.stage}: {pair.share:.0%}"
