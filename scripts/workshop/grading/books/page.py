"""HTML: `gradebook.html` for the instructor, and a page for each student in `students/`.

Every file stands alone: style, script and pictures are in it, and its policy lets nothing else in,
so that text of a student which got past the escaping would still be no program. A student's page
says nothing of other students and has no link to them: it can be handed out by itself.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop.grading.books.parts import figures, folders, wording
from workshop.grading.grades import Book, Column, Grade, Pair, Verdict

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

NAME = "html"

_TEMPLATES = Path(__file__).parent / "templates"
_HARDEST = 10
# How each verdict is shown: its sign, and its word. Colours come with the style and say no more.
_SHOWN = {
    Verdict.PASS: ("✓", "Pass"),
    Verdict.FAIL: ("✗", "Fail"),
    Verdict.ERROR: ("⊗", "Error"),
    Verdict.INVALID: ("⊘", "Invalid"),
    Verdict.FLAG: ("⚑", "Flag"),
}
_FAULT = ("fault", "!", "Not graded")
_NOTHING = ("none", "·", "Nothing")
# Every kind of cell, and its word.
KINDS = {verdict.lower(): word for verdict, (_, word) in _SHOWN.items()}
KINDS |= {kind: word for kind, _, word in (_FAULT, _NOTHING)}


@dataclass(frozen=True)
class Cell:
    """What a student has of a stage, as it is shown; `kind` is the verdict in lower case."""

    student: str
    stage: Column
    kind: str
    sign: str
    word: str
    grade: Grade | None
    fault: str
    change: str

    @property
    def rank(self) -> float:
        """Return what it is sorted by: where there are no points it comes before none at all."""
        return self.grade.points if self.grade else -1 if self.kind == "none" else -0.5

    @property
    def why(self) -> str:
        """Return why it is what it is, where somebody has to know."""
        return self.grade.reason if self.grade else self.fault


def write(book: Book, folder: Path) -> list[Path]:
    """Write `gradebook.html` and `students/NAME.html` for each student."""
    files = folders.names(book.students)
    environment = _environment()
    cells = {student: _cells(book, student) for student in book.students}
    overview = environment.get_template("gradebook.html").render(
        **_policy("script.js"), **_overview(book, cells), files=files
    )
    written = [folders.write(folder / "gradebook.html", overview.encode())]
    template, policy = environment.get_template("student.html"), _policy()
    for student in book.students:
        page = template.render(
            **policy,
            student=student,
            cells=cells[student],
            total=figures.total_of(book, student),
        )
        path = folder / "students" / f"{files[student]}.html"
        written.append(folders.write(path, page.encode()))
    return written


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "line": wording.line,
        "name": wording.name,
        "short": lambda value: wording.shortened(wording.line(value), 60),
        "code": _with_code,
        "number": wording.number,
        "percent": lambda share: f"{share:.0%}",
    }
    return environment


def _harmless(value: Any) -> Any:
    """Clean every text that a template shows, before it is escaped."""
    from markupsafe import Markup

    return (
        wording.text(value) if isinstance(value, str) and not isinstance(value, Markup) else value
    )


def _with_code(value: str) -> "Markup":
    """Return a text as HTML in which what stands in backticks is code, as our own texts mean it."""
    from markupsafe import Markup, escape

    escaped = str(escape(wording.text(value)))
    return Markup(re.sub("`([^`\n]+)`", r"<code>\1</code>", escaped))


def _policy(script: str = "") -> dict[str, Any]:
    """Return style, script, and the policy that names them by their hashes and allows no more."""
    from markupsafe import Markup

    style_text = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    script_text = (_TEMPLATES / script).read_text(encoding="utf-8") if script else ""
    policy = f"default-src 'none'; style-src {_hash(style_text)}; "
    policy += f"script-src {_hash(script_text)}; " if script else ""
    policy += "base-uri 'none'; form-action 'none'"
    return {
        "policy": policy,
        "style": Markup(style_text),  # our own file
        "script": Markup(script_text),
    }


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _cells(book: Book, student: str) -> list[Cell]:
    return [_cell(book, student, stage) for stage in book.stages]


def _cell(book: Book, student: str, stage: Column) -> Cell:
    key = (student, stage.number)
    grade, fault = book.grades.get(key), book.faults.get(key, "")
    kind, sign, word = _FAULT if fault else _NOTHING
    if grade:
        kind, (sign, word) = grade.verdict.lower(), _SHOWN[grade.verdict]
    return Cell(student, stage, kind, sign, word, grade, fault, book.changes.get(key, ""))


def _overview(book: Book, cells: dict[str, list[Cell]]) -> dict[str, Any]:
    everything = [cell for row in cells.values() for cell in row]
    totals = {student: figures.total_of(book, student) for student in book.students}
    return {
        "book": book,
        "cells": cells,
        "totals": totals,
        "kinds": KINDS,
        "counts": figures.verdicts(book),
        "median": figures.middle(figures.shares(book)),
        "distribution": figures.distribution(book),
        "stages": [_stage(stage, everything) for stage in book.stages],
        "tasks": figures.hardest_tasks(book, _HARDEST),
        "tests": figures.hardest_tests(book, _HARDEST),
        "attention": {kind: _of_kind(everything, kind) for kind in _TO_SEE_TO},
        "changed": [cell for cell in everything if cell.change],
        "pairs": sorted(book.pairs, key=_by_share),
        "graded_at": max((grade.graded_at for grade in book.grades.values()), default=""),
        "graders": sorted({grade.grader for grade in book.grades.values() if grade.grader}),
    }


_TO_SEE_TO = ("flag", "fault", "error", "invalid")


def _of_kind(cells: Iterable[Cell], kind: str) -> list[Cell]:
    return [cell for cell in cells if cell.kind == kind]


def _by_share(pair: Pair) -> tuple[float, int]:
    return -pair.share, pair.stage


def _stage(stage: Column, cells: Iterable[Cell]) -> dict[str, Any]:
    """Return what is said of a stage as a whole."""
    mine = [cell for cell in cells if cell.stage == stage]
    counts = {kind: len(_of_kind(mine, kind)) for kind in KINDS}
    parts, start = [], 0.0
    for kind, count in counts.items():
        width = 100 * count / len(mine) if mine else 0.0
        parts.append({"kind": kind, "start": round(start, 2), "width": round(width, 2)})
        start += width
    points = [cell.grade.points for cell in mine if cell.grade]
    return {
        "stage": stage,
        "counts": counts,
        "parts": [part for part in parts if part["width"]],
        "submitted": len(points),
        "median": figures.middle(points),
        "words": ", ".join(f"{count} {KINDS[kind]}" for kind, count in counts.items() if count),
    }
