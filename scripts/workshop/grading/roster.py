"""The list of a class, read from a CSV file as people and learning platforms write them."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import UsageError, cannot_use
from workshop.paths import shown

# As headers are compared: in lower case, without blanks and underscores.
_NAMES = ("name", "fullname", "student", "studentname", "displayname")
_FIRST_NAMES = ("firstname", "givenname")
_LAST_NAMES = ("lastname", "surname", "familyname")
_SUBMISSIONS = (
    "submission",
    "folder",
    "file",
    "githubusername",
    "username",
    "login",
    "sisloginid",
    "orgdefinedid",
    "identifier",
    "id",
)
_MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Row:
    """A student of the class.

    Attributes:
        line: where in the file.
        name: the student's name.
        submission: what their folder or archive is called; empty when the file does not say.

    """

    line: int
    name: str
    submission: str


def read(file: Path) -> list[Row]:
    """Return the students that a file lists, in its order.

    The header names the columns: `name` and `submission`, or what learning platforms call them;
    columns of other names do not matter. Without one for the submission, it is called as the
    student is.

    Raises:
        UsageError: when there is no such file, it is no such list, or has a student twice.

    """
    where = shown(file)
    lines = csv.reader(io.StringIO(text := _text_of(file), newline=""), delimiter=_delimiter(text))
    try:
        header = [_plain(word) for word in next(lines, [])]
        first, last = _column(header, _FIRST_NAMES), _column(header, _LAST_NAMES)
        name, submission = _column(header, _NAMES), _column(header, _SUBMISSIONS)
        if name is None and (first is None or last is None):
            raise UsageError(
                f"{where} has no column `name` in its first line: begin it with `name,submission`."
            )
        rows = []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            full = _cell(cells, name) or f"{_cell(cells, first)} {_cell(cells, last)}".strip()
            if not full:
                raise UsageError(f"{where}, line {lines.line_num}: the student's name is missing.")
            rows.append(Row(lines.line_num, full, _cell(cells, submission)))
    except csv.Error as error:
        raise UsageError(f"{where}, line {lines.line_num}: this is no CSV ({error}).") from None
    if not rows:
        raise UsageError(f"{where} lists no students: give each a line after `name,submission`.")
    _check_unique(where, rows)
    return rows


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise cannot_use(error) from None
    try:
        if len(content) > _MOST_BYTES or b"\0" in content:
            raise ValueError
        return content.decode("utf-8-sig")
    except ValueError:
        raise UsageError(f"{shown(file)} is no CSV in UTF-8: save it as that.") from None


def _delimiter(text: str) -> str:
    """Return what separates columns: spreadsheets write `;` where the comma is in numbers."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _plain(word: str) -> str:
    return "".join(word.casefold().replace("_", " ").split())


def _column(header: list[str], words: tuple[str, ...]) -> int | None:
    """Return the first column that has one of the names, the earlier of them before the later."""
    return next((header.index(word) for word in words if word in header), None)


def _cell(cells: list[str], column: int | None) -> str:
    text = cells[column] if column is not None and column < len(cells) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _check_unique(where: str, rows: list[Row]) -> None:
    names: dict[str, int] = {}
    submissions: dict[str, int] = {}
    for row in rows:
        for seen, word in ((names, row.name), (submissions, row.submission)):
            other = seen.setdefault(word.casefold(), row.line)
            if word and other != row.line:
                raise UsageError(
                    f"{where}, line {row.line}: `{word}` is in line {other} too: "
                    "let each student, and each submission, be there once."
                )
