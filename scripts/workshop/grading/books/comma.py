"""CSV: `grades.csv` with a line a student, and `results.csv` with a line a student and stage.

Spreadsheets take a cell for a formula by its first character; a text of somebody else's that begins
so gets an apostrophe before it, which they take for the sign of a text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from workshop.grading.books.parts import figures, folders, wording
from workshop.grading.grades import Book, Column, Grade

NAME = "csv"

# The last four are the wide forms of the first, which some take for the same.
_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_RESULT_FIELDS = (
    "student",
    "stage",
    "title",
    "verdict",
    "points",
    "max_points",
    "met",
    "tests",
    "reason",
    "change",
    "seconds",
    "isolation",
    "content",
    "grader",
    "graded_at",
)

Cell = str | int | float


def write(book: Book, folder: Path) -> list[Path]:
    """Write `grades.csv` and `results.csv`."""
    return [
        folders.write(folder / "grades.csv", _encoded(_grades(book))),
        folders.write(folder / "results.csv", _encoded(_results(book))),
    ]


def safe(cell: Cell) -> Cell:
    """Return what no spreadsheet takes for a formula; numbers are ours and stay numbers."""
    if not isinstance(cell, str):
        return cell
    shown = wording.line(cell)
    # White space before the sign is skipped by some, and control characters are seen by now.
    risky = cell.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA)
    return f"'{shown}" if risky else shown


def _encoded(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    # Without its mark Excel does not take a file for UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _grades(book: Book) -> Iterable[Sequence[Cell]]:
    head: list[Cell] = ["student"]
    for stage in book.stages:
        head += [f"stage {stage.number} verdict", f"stage {stage.number} points"]
    yield [*head, "passed", "points", "max_points"]
    for student in book.students:
        row: list[Cell] = [wording.name(student)]
        for stage in book.stages:
            grade = book.grades.get((student, stage.number))
            row += [_verdict(book, student, stage), _points(grade.points) if grade else ""]
        total = figures.total_of(book, student)
        yield [*row, total.passed, _points(total.points), _points(total.max_points)]


def _results(book: Book) -> Iterable[Sequence[Cell]]:
    yield _RESULT_FIELDS
    for student in book.students:
        for stage in book.stages:
            key = (student, stage.number)
            fault = book.faults.get(key, "")
            change = book.changes.get(key, "")
            name, verdict = wording.name(student), _verdict(book, student, stage)
            head: list[Cell] = [name, stage.number, stage.title, verdict]
            grade = book.grades.get(key)
            yield head + (_graded(grade, change) if grade else _ungraded(fault, change))


def _graded(grade: Grade, change: str) -> list[Cell]:
    return [
        _points(grade.points),
        _points(grade.max_points),
        sum(test.passed is True for test in grade.tests),
        len(grade.tests),
        grade.reason,
        change,
        round(grade.seconds, 3),
        " ".join(grade.isolation),
        grade.content,
        grade.grader,
        grade.graded_at,
    ]


def _ungraded(fault: str, change: str) -> list[Cell]:
    return ["", "", "", "", fault, change, "", "", "", "", ""]


def _verdict(book: Book, student: str, stage: Column) -> str:
    """Return the verdict, `FAULT` where the grader failed, nothing where there was nothing."""
    grade = book.grades.get((student, stage.number))
    if grade:
        return grade.verdict
    return "FAULT" if (student, stage.number) in book.faults else ""


def _points(value: float) -> float:
    return round(value, 2)
