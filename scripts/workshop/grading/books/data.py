"""JSON: the whole book for programs, every text as it is.

Names are those of the class to the letter, as programs look things up by them; whoever shows them
makes them harmless. In the file itself nothing but ASCII stands, so nothing in it is obeyed by what
shows the file.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workshop.grading.books.parts import figures, folders
from workshop.grading.grades import Book

NAME = "json"
VERSION = 1

_HALVES = re.compile("[\ud800-\udfff]")


def write(book: Book, folder: Path) -> list[Path]:
    """Write `gradebook.json`."""
    text = json.dumps(_whole(described(book)), indent=1, allow_nan=False)
    return [folders.write(folder / "gradebook.json", f"{text}\n".encode())]


def described(book: Book) -> dict[str, Any]:
    """Return the book in plain lists and dictionaries: a student's things together."""
    return {
        "version": VERSION,
        "stages": [asdict(stage) for stage in book.stages],
        "students": [_student(book, student) for student in book.students],
        "pairs": [asdict(pair) for pair in book.pairs],
    }


def _student(book: Book, student: str) -> dict[str, Any]:
    total = figures.total_of(book, student)
    rows = []
    for stage in book.stages:
        key = (student, stage.number)
        grade = book.grades.get(key)
        rows.append(
            {
                "stage": stage.number,
                "grade": asdict(grade) if grade else None,
                "fault": book.faults.get(key),
                "change": book.changes.get(key),
            }
        )
    return {"name": student, "total": asdict(total), "stages": rows}


def _whole(value: Any) -> Any:
    """Replace halves of characters, which file systems can yield and no reader has to accept."""
    match value:
        case str():
            return _HALVES.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            return {key: _whole(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_whole(inner) for inner in value]
    return value
