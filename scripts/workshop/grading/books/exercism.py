"""Exercism: `exercism/STUDENT/stage-NN/results.json`, version 3 of what its test runners write.

It knows no points, only pass, fail and error. An error is what could not be tested or was refused,
and lists no tests. A pass lists the tests that passed, as it may list no other. A flag is no pass
until a person has looked: it has one more test, which says so.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop.grading.books.parts import folders, told
from workshop.grading.grades import Book, Grade, GradedTest, Verdict

NAME = "exercism"
VERSION = 3

# In bytes, as multi-byte characters count for more than one.
_LONGEST_MESSAGE = 65_535


def write(book: Book, folder: Path) -> list[Path]:
    """Write `results.json` for each student and stage."""
    return [
        folders.write_json(place / "results.json", described(grade))
        for grade, place in folders.each_grade(book, folder / NAME)
    ]


def described(grade: Grade) -> dict[str, Any]:
    """Return the results of a grade."""
    if grade.verdict in told.UNTESTED:
        message = _cut(told.in_full(grade))
        return {"version": VERSION, "status": "error", "message": message, "tests": []}
    tests = list(_tests(grade))
    passed = all(test["status"] == "pass" for test in tests)
    if passed and grade.verdict == Verdict.FAIL:
        # Whatever the reason is that no test tells: a fail has to have a test that failed.
        tests.append(_entry("The stage as a whole", "fail", told.in_full(grade)))
    elif grade.verdict == Verdict.FLAG:
        tests.append(_entry(told.FLAGGED, "error", told.headline(grade)))
    status = "pass" if grade.verdict == Verdict.PASS else "fail"
    return {"version": VERSION, "status": status, "message": None, "tests": tests}


def _tests(grade: Grade) -> Iterable[dict[str, Any]]:
    numbers = {task.id: number for number, task in enumerate(grade.tasks, start=1)}
    # Only the first failure is shown to the student: it gets all that is known.
    message = told.in_full(grade)
    for test in grade.tests:
        if not test.passed and grade.verdict == Verdict.PASS:
            continue
        entry = _test(test, message)
        if test.passed is False:
            message = ""
        if test.task in numbers:
            entry["task_id"] = numbers[test.task]
        yield entry


def _test(test: GradedTest, message: str) -> dict[str, Any]:
    name = told.name_of(test)
    if test.passed:
        return _entry(name, "pass", None)
    if test.passed is None:
        return _entry(name, "error", told.NOT_CHECKED)
    return _entry(name, "fail", message or f"Not met: {name}")


def _entry(name: str, status: str, message: str | None) -> dict[str, Any]:
    return {"name": name, "status": status, "message": message and _cut(message)}


def _cut(message: str) -> str:
    encoded = message.encode()
    if len(encoded) <= _LONGEST_MESSAGE:
        return message
    return encoded[: _LONGEST_MESSAGE - 4].decode(errors="ignore") + "…"
