"""What a book says of the class as a whole: totals, and what was hard."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from workshop.grading.grades import Book, Column, Grade, GradedTask, Verdict

BINS = 10
_MAX_POINTS = 100.0


@dataclass(frozen=True)
class Total:
    """What a student has of all stages together; stages that the grader failed on do not count."""

    points: float
    max_points: float
    passed: int
    of: int

    @property
    def share(self) -> float:
        """Return the part of the points, 0 to 1."""
        return self.points / self.max_points if self.max_points else 0.0


@dataclass(frozen=True)
class Hard:
    """Something that students were to do: which part of it they did, 0 to 1, and how many tried."""

    stage: int
    name: str
    share: float
    tried: int


def total_of(book: Book, student: str) -> Total:
    """Return a student's total; a stage to which nothing was submitted counts as no points."""
    points = max_points = 0.0
    passed = of = 0
    for stage in book.stages:
        if (student, stage.number) in book.faults and (student, stage.number) not in book.grades:
            continue
        grade = book.grades.get((student, stage.number))
        points += grade.points if grade else 0
        max_points += grade.max_points if grade else worth(book, stage)
        passed += bool(grade and grade.verdict == Verdict.PASS)
        of += 1
    return Total(points, max_points, passed, of)


def worth(book: Book, stage: Column) -> float:
    """Return how many points a stage has."""
    found = (
        grade.max_points for (_, number), grade in book.grades.items() if number == stage.number
    )
    return max(found, default=_MAX_POINTS)


def verdicts(book: Book) -> Counter[Verdict]:
    """Return how many grades have each verdict."""
    return Counter(grade.verdict for grade in book.grades.values())


def shares(book: Book) -> list[float]:
    """Return which part of all points each student has."""
    return [total_of(book, student).share for student in book.students]


def middle(values: list[float]) -> float:
    """Return the median, 0 where there is nothing."""
    return median(values) if values else 0.0


def distribution(book: Book) -> list[int]:
    """Return how many students have which part of all points, in steps of a tenth."""
    counts = [0] * BINS
    for share in shares(book):
        # Floats: nine tenths of the points are not to be a hair less than nine tenths.
        counts[max(0, min(int(share * BINS + 1e-9), BINS - 1))] += 1
    return counts


def hardest_tasks(book: Book, count: int) -> list[Hard]:
    """Return the tasks of which the class has the smallest part of the points, the hardest first.

    Only grades with points by task are counted: what could not be tested says nothing of tasks.
    """

    def tasks(grade: Grade) -> Iterable[tuple[tuple[int, str], float]]:
        for task in grade.tasks:
            if task.max_points:
                yield (grade.stage, task.title or task.id), _share(task)

    return _hardest(book, tasks, count)


def hardest_tests(book: Book, count: int) -> list[Hard]:
    """Return the tests that the smallest part of the submissions passed, the hardest first."""

    def tests(grade: Grade) -> Iterable[tuple[tuple[int, str], float]]:
        for test in grade.tests:
            if test.passed is not None:
                yield (grade.stage, test.id if test.hidden else test.requirement), test.passed

    return _hardest(book, tests, count)


def _share(task: GradedTask) -> float:
    return task.points / task.max_points


def _hardest(
    book: Book, parts: Callable[[Grade], Iterable[tuple[tuple[int, str], float]]], count: int
) -> list[Hard]:
    found: defaultdict[tuple[int, str], list[float]] = defaultdict(list)
    for grade in book.grades.values():
        for key, share in parts(grade):
            found[key].append(share)
    hard = [
        Hard(stage, name, sum(values) / len(values), len(values))
        for (stage, name), values in found.items()
    ]
    missed = [one for one in hard if one.share < 1]
    return sorted(missed, key=lambda one: (one.share, one.stage, one.name))[:count]
