"""Turns what a run reported into a grade."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from workshop import report
from workshop.course import Stage
from workshop.grading.grades import Grade, GradedTask, GradedTest, Verdict
from workshop.outcomes import Outcome

MAX_POINTS = 100.0
_MOST_CHARACTERS = 40_000
_HIDDEN = "It holds for other values as well"
# The run has said so little of the submission that there is nothing to count.
_ERRORS = ("load_failed", "ended", "hung", "deadline")


class Fault(Exception):
    """The grader has failed, and not the student: there is no grade. Says what happened."""


def grade_of(student: str, outcome: Outcome, content: str, grader: str) -> Grade:
    """Return the grade for what a run reported.

    Args:
        student: the name.
        outcome: of the run on the student's app.
        content: the SHA-256 of what was graded.
        grader: the version of the grader.

    Raises:
        Fault: when the run says nothing of the app.

    """
    stage = outcome.stage
    if outcome.stopped and outcome.stopped not in _ERRORS:
        raise Fault(f"the suite of stage {stage.number} could not be run")
    if not outcome.stopped and not outcome.results:
        raise Fault(f"the suite of stage {stage.number} has no tests")
    # The words are those for a student who runs the check on the stage's own folder.
    outcome = replace(outcome, app_dir=stage.starter)
    verdict, reason = _verdict(outcome)
    tasks = tuple(_tasks(outcome, nothing=bool(outcome.stopped)))
    return Grade(
        student=student,
        stage=stage.number,
        verdict=verdict,
        reason=reason,
        points=round(sum(task.points for task in tasks), 2),
        max_points=MAX_POINTS,
        tasks=tasks,
        tests=tuple(_tests(outcome)),
        page=_cut(_page(outcome)),
        hint=_hint(outcome),
        seconds=round(outcome.seconds, 2),
        isolation=tuple(sorted(outcome.confined_by)),
        content=content,
        grader=grader,
        graded_at=now(),
    )


def refused(student: str, stage: Stage, reason: str, content: str, grader: str) -> Grade:
    """Return the grade of a submission that is not run."""
    tasks = tuple(_worth(stage, task.id, 0, 0) for task in stage.tasks)
    return Grade(
        student=student,
        stage=stage.number,
        verdict=Verdict.INVALID,
        reason=reason,
        max_points=MAX_POINTS,
        tasks=tasks,
        content=content,
        grader=grader,
        graded_at=now(),
    )


def now() -> str:
    """Return the time in UTC, as in `2026-01-31T12:00:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _verdict(outcome: Outcome) -> tuple[Verdict, str]:
    if outcome.tampered:
        return Verdict.FLAG, outcome.tampered
    if outcome.stopped:
        return Verdict.ERROR, _first_line(outcome)
    return (Verdict.PASS if outcome.green else Verdict.FAIL), ""


def _cut(page: str) -> str:
    more = len(page) - _MOST_CHARACTERS
    return page if more <= 0 else f"{page[:_MOST_CHARACTERS]}\n... ({more:,} more characters)\n"


def _first_line(outcome: Outcome) -> str:
    """Return what stopped a run, in the words of the page that a student sees."""
    lines = report.opened_of(outcome).plain().split("\n\n")[0].split("\n")
    return " ".join(line.strip() for line in lines).removeprefix("✗ ")


def _tasks(outcome: Outcome, nothing: bool) -> list[GradedTask]:
    """Return the points by task: each task is worth the same, and its tests among themselves."""
    found = []
    for task in outcome.stage.tasks:
        results = [r for r in outcome.results if r.task == task.id and not r.unchecked]
        met = 0 if nothing else sum(result.passed is True for result in results)
        found.append(_worth(outcome.stage, task.id, met, len(results)))
    return found


def _worth(stage: Stage, task_id: str, met: int, of: int) -> GradedTask:
    worth = MAX_POINTS / len(stage.tasks)
    points = worth * met / of if of else 0.0
    return GradedTask(
        task_id, stage.task(task_id).title, met, of, round(points, 4), round(worth, 4)
    )


def _tests(outcome: Outcome) -> Iterator[GradedTest]:
    """Yield the verdicts; what a hidden test asks and expects stays with the grader."""
    hidden = 0
    for result in outcome.results:
        passed = None if result.unchecked else result.passed is True
        if result.hidden:
            hidden += 1
            yield GradedTest(f"hidden {hidden}", result.task or "", _HIDDEN, passed, hidden=True)
        else:
            yield GradedTest(result.id, result.task or "", result.requirement, passed)


def _page(outcome: Outcome) -> str:
    """Return the page that a student would see, and what it does not show."""
    seen = [result for result in outcome.results if not result.hidden]
    page = report.page_of(replace(outcome, results=seen))
    failing = sum(result.hidden for result in outcome.failing)
    if failing and not outcome.stopped:
        page.line()
        page.paragraph(
            f"{failing} of the tests that are not shown do not pass: they ask for the same with "
            "other values than the tests that you have."
        )
    return page.plain()


def _hint(outcome: Outcome) -> str:
    """Return the first hint for the first task that is not met."""
    for task, results in report.by_task(outcome):
        if task and task.hints and any(result in outcome.failing for result in results):
            return task.hints[0]
    return ""
