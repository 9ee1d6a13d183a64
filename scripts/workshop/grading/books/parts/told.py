"""What several formats tell of a grade in the same words."""

from workshop.grading.books.parts import wording
from workshop.grading.grades import Grade, GradedTest, Verdict

FLAGGED = "A person has to look at this"
GIVEN = "What works from the start"
NOT_CHECKED = "This could not be checked on the grader's machine."
UNTESTED = (Verdict.ERROR, Verdict.INVALID)


def name_of(test: GradedTest) -> str:
    """Return what a test checks, in a line; of a hidden one its number and nothing else."""
    return wording.line(test.id if test.hidden else test.requirement or test.id)


def headline(grade: Grade) -> str:
    """Return verdict, points and reason in a line."""
    points = f"{wording.number(grade.points)} of {wording.number(grade.max_points)} points"
    reason = f": {wording.line(grade.reason)}" if grade.reason else ""
    return f"{grade.verdict}, {points}{reason}"


def in_full(grade: Grade) -> str:
    """Return all that a student is told: the headline, what was seen, and the hint."""
    parts = [headline(grade), wording.text(grade.page).strip("\n")]
    if grade.hint:
        parts.append(f"Hint: {wording.text(grade.hint)}")
    return "\n\n".join(part for part in parts if part)
