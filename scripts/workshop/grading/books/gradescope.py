"""Gradescope: `gradescope/STUDENT/stage-NN/results.json`, what its autograders leave behind.

The points of the grade stand at the top and override what the tests add up to. Hidden tests are
shown once a person publishes the grades: their names give nothing away and explain the points, but
before that a student who submits again and again could find out by them what is hidden. A flagged
result is kept back as a whole until then, with its points, for a person has to look at it first.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop.grading.books.parts import folders, told, wording
from workshop.grading.grades import Book, Grade, GradedTask, GradedTest, Verdict

NAME = "gradescope"

_LATER = "after_published"
_NOW = "visible"


def write(book: Book, folder: Path) -> list[Path]:
    """Write `results.json` for each student and stage."""
    return [
        folders.write_json(place / "results.json", described(grade))
        for grade, place in folders.each_grade(book, folder / NAME)
    ]


def described(grade: Grade) -> dict[str, Any]:
    """Return the results of a grade."""
    return {
        "score": round(grade.points, 4),
        "execution_time": round(grade.seconds, 3),
        "output": told.in_full(grade),
        # Formats other than plain text would be HTML of a student's making.
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": _LATER if grade.verdict == Verdict.FLAG else _NOW,
        "stdout_visibility": "hidden",
        "extra_data": {
            "stage": grade.stage,
            "verdict": grade.verdict,
            "reason": wording.line(grade.reason),
            "isolation": [wording.line(layer) for layer in grade.isolation],
            "content": wording.line(grade.content),
            "grader": wording.line(grade.grader),
            "graded_at": wording.line(grade.graded_at),
        },
        "tests": list(_tests(grade)),
    }


def _tests(grade: Grade) -> Iterable[dict[str, Any]]:
    numbers = {task.id: number for number, task in enumerate(grade.tasks, start=1)}
    tasks = {task.id: task for task in grade.tasks}
    counts: dict[str, int] = {}
    for test in grade.tests:
        counts[test.task] = counts.get(test.task, 0) + 1
        number = f"{numbers.get(test.task, 0)}.{counts[test.task]}"
        yield _test(grade, test, number) | _score(grade, test, tasks.get(test.task))


def _test(grade: Grade, test: GradedTest, number: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": told.name_of(test),
        "number": number,
        "visibility": _LATER if test.hidden or grade.verdict == Verdict.FLAG else _NOW,
        "tags": [tag for tag in (wording.line(test.task), grade.verdict) if tag],
    }
    if test.passed is None:
        return found | {"output": told.NOT_CHECKED}
    return found | {"status": "passed" if test.passed else "failed"}


def _score(grade: Grade, test: GradedTest, task: GradedTask | None) -> dict[str, Any]:
    """Return a test's part of the points of its task; none where there are none to be had."""
    if task is None or not task.of or test.passed is None:
        return {}
    part = round(task.max_points / task.of, 4)
    had = test.passed and grade.verdict not in told.UNTESTED
    return {"score": part if had else 0.0, "max_score": part}
