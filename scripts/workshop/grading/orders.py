"""Orders to grade a copy of a submission, and how they are carried out on this machine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop import pool
from workshop.course import Stage
from workshop.grading.grades import Grade
from workshop.grading.marking import Fault, grade_of
from workshop.pool import Wanted
from workshop.runs import Hidden, apart_runners

# Runs beside each other are slower than one alone: what is only slow must not look as if it hung.
_PATIENCE = 2


@dataclass(frozen=True)
class Order:
    """What to grade: a student's copy of a stage's app.

    Attributes:
        student: the name.
        stage: the stage.
        folder: a private copy, as `intake.take` wrote it.
        content: the SHA-256 of the student's files in it.
        version: of the grader that has to do it.
        hidden: tests to run beside the suite.

    """

    student: str
    stage: Stage
    folder: Path
    content: str
    version: str
    hidden: Hidden | None = None


# Carries orders out; yields each with its grade, or with why there is none, as it is done.
Grader = Callable[[Sequence[Order]], Iterator[tuple[Order, Grade | Fault]]]


def graded_here(orders: Sequence[Order], at_once: int) -> Iterator[tuple[Order, Grade | Fault]]:
    """Carry orders out on this machine.

    Args:
        orders: the orders.
        at_once: how many at a time.

    """
    wanted = [
        Wanted(order.stage, order.folder, _PATIENCE * order.stage.test_seconds, hidden=order.hidden)
        for order in orders
    ]
    for index, outcome in pool.outcomes(wanted, apart_runners, at_once):
        order = orders[index]
        try:
            yield order, grade_of(order.student, outcome, order.content, order.version)
        except Fault as fault:
            yield order, fault
        except Exception as error:  # whatever it is, it is no other student's
            yield order, Fault(f"the grader has failed: {type(error).__name__}: {error}")
