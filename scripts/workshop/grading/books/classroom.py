"""GitHub Classroom: `classroom/STUDENT/stage-NN/result.json`, what its graders hand its reporter.

Beside it `result.txt` has the same in Base64, as the reporter takes it from an environment variable
such as `STAGE-03_RESULTS`. The reporter adds the scores up, so there is an entry a task; what could
not be tested or was refused has one entry, an error without points. A flag keeps its points and has
an entry which is an error, so that the run is not green before a person has looked.
"""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop.grading.books.parts import folders, told, wording
from workshop.grading.grades import Book, Grade, GradedTask, GradedTest, Verdict

NAME = "classroom"
VERSION = 1


def write(book: Book, folder: Path) -> list[Path]:
    """Write `result.json` and `result.txt` for each student and stage."""
    written = []
    for grade, place in folders.each_grade(book, folder / NAME):
        path = folders.write_json(place / "result.json", described(grade))
        encoded = base64.b64encode(path.read_bytes())
        written += [path, folders.write(place / "result.txt", encoded + b"\n")]
    return written


def described(grade: Grade) -> dict[str, Any]:
    """Return the result of a grade."""
    tests = list(_entries(grade))
    statuses = {test["status"] for test in tests}
    status = next((bad for bad in ("error", "fail") if bad in statuses), "pass")
    return {
        "version": VERSION,
        "status": status,
        "max_score": round(grade.max_points, 4),
        "tests": tests,
    }


def _entries(grade: Grade) -> Iterable[dict[str, Any]]:
    """Yield an entry for each task, and for what else there is to say."""
    if grade.verdict in told.UNTESTED:
        yield _entry(f"Stage {grade.stage}", "error", told.in_full(grade))
        return
    given = [test for test in grade.tests if not test.task]
    entries = [_given(grade, given)] if given else []
    entries += [_task(grade, task) for task in grade.tasks]
    failed = [entry for entry in entries if entry["status"] == "fail"]
    if failed:
        failed[0]["message"] += f"\n\n{told.in_full(grade)}"
    elif grade.verdict == Verdict.FAIL:
        entries.append(_entry(f"Stage {grade.stage}", "fail", told.in_full(grade)))
    if grade.verdict == Verdict.FLAG:
        entries.append(_entry(told.FLAGGED, "error", told.headline(grade)))
    yield from entries


def _given(grade: Grade, tests: list[GradedTest]) -> dict[str, Any]:
    failed = _failed(tests) and grade.verdict != Verdict.PASS
    return _entry(told.GIVEN, "fail" if failed else "pass", _failed(tests) or None)


def _task(grade: Grade, task: GradedTask) -> dict[str, Any]:
    missed = _failed(test for test in grade.tests if test.task == task.id)
    failed = task.met < task.of and grade.verdict != Verdict.PASS
    name = wording.line(task.title or task.id)
    message = missed or (f"{task.met} of {task.of} tests passed" if failed else None)
    return _entry(name, "fail" if failed else "pass", message, task.points)


def _failed(tests: Iterable[GradedTest]) -> str:
    return "\n".join(f"Not met: {told.name_of(test)}" for test in tests if test.passed is False)


def _entry(name: str, status: str, message: str | None, score: float = 0.0) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "message": message,
        "score": round(score, 4),
        "test_code": "",
        "filename": "",
        "line_no": 0,
    }
