"""Grades a class: takes what was handed in, runs what is new, and keeps each grade at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workshop.course import Stage
from workshop.grading import archives, intake, marking
from workshop.grading.archives import Entry, Refused
from workshop.grading.grades import Grade
from workshop.grading.orders import Grader, Order
from workshop.grading.shelf import Shelf
from workshop.grading.submissions import Submission
from workshop.grading.versions import version_of
from workshop.runs import Hidden

Key = tuple[str, int]


@dataclass
class Marked:
    """A class, as far as it is graded, by student and number of stage.

    `kept` are the grades that did not change since the last time, as nothing did that decides.
    """

    grades: dict[Key, Grade] = field(default_factory=dict)
    faults: dict[Key, str] = field(default_factory=dict)
    changes: dict[Key, str] = field(default_factory=dict)
    kept: int = 0


class ClassOf:
    """The submissions of a class to some stages, taken apart and made ready to run."""

    def __init__(
        self,
        submissions: Sequence[Submission],
        stages: Sequence[Stage],
        hidden: Mapping[int, Hidden] | None = None,
    ) -> None:
        """Take who handed in what, the stages to grade, and hidden tests by number of stage."""
        self._submissions = submissions
        self._stages = stages
        self._hidden = hidden or {}
        self._copies: dict[Key, Path] = {}
        self._content: dict[Key, str] = {}
        self._refused: dict[Key, str] = {}

    def take(self, into: Path, show: Callable[[int, int], None]) -> None:
        """Write a private copy of each student's app for each stage; nothing of it is run.

        Args:
            into: a folder for the copies.
            show: is told how many submissions are taken, and how many there are.

        """
        handed_in = [item for item in self._submissions if item.path]
        for number, submission in enumerate(handed_in):
            self._take(submission, into / str(number))
            show(number + 1, len(handed_in))

    def _take(self, submission: Submission, into: Path) -> None:
        assert submission.path is not None
        try:
            entries = archives.read(submission.path)
        except Refused as refused:
            for stage in self._stages:
                self._refused[submission.name, stage.number] = str(refused)
            return
        for stage in self._stages:
            self._take_stage(submission.name, entries, stage, into / stage.name)

    def _take_stage(
        self, student: str, entries: Mapping[str, Entry], stage: Stage, into: Path
    ) -> None:
        key = student, stage.number
        try:
            taken = intake.take(entries, stage, into, alone=len(self._stages) == 1)
        except Refused as refused:
            self._refused[key] = str(refused)
            return
        if taken:
            self._copies[key], self._content[key] = taken.folder, taken.content

    def copies_of(self, stage: Stage) -> dict[str, Path]:
        """Return the copies of a stage's apps, by student."""
        return {
            student: copy
            for (student, number), copy in self._copies.items()
            if number == stage.number
        }

    def mark(
        self, shelf: Shelf, grader: Grader, *, again: bool, show: Callable[[int, int], None]
    ) -> Marked:
        """Grade what is new, and return all grades; each is kept as soon as it is there.

        Args:
            shelf: where grades are kept.
            grader: grades what is new.
            again: whether to grade also what has not changed.
            show: is told how many are graded of those that have to be, and how many there are.

        """
        marked = Marked()
        for grade in self._refusals():
            self._keep(marked, shelf, grade)
        todo: list[Order] = []
        for order in self._orders():
            key = order.student, order.stage.number
            before = None if again else shelf.get(*key)
            if before and (before.content, before.grader) == (order.content, order.version):
                marked.grades[key] = before
                marked.kept += 1
            else:
                todo.append(order)
        for done, (order, result) in enumerate(grader(todo)):
            if isinstance(result, Grade):
                self._keep(marked, shelf, result)
            else:
                marked.faults[order.student, order.stage.number] = str(result)
            show(done + 1, len(todo))
        return marked

    def _refusals(self) -> Iterator[Grade]:
        for stage in self._stages:
            version = version_of(stage, self._hidden.get(stage.number))
            for submission in self._submissions:
                reason = self._refused.get((submission.name, stage.number))
                if reason:
                    yield marking.refused(submission.name, stage, reason, "", version)

    def _orders(self) -> Iterator[Order]:
        """Yield what there is to grade, stage by stage."""
        for stage in self._stages:
            hidden = self._hidden.get(stage.number)
            version = version_of(stage, hidden)
            for submission in self._submissions:
                key = submission.name, stage.number
                if key in self._copies:
                    content = self._content[key]
                    yield Order(key[0], stage, self._copies[key], content, version, hidden)

    def _keep(self, marked: Marked, shelf: Shelf, grade: Grade) -> None:
        key = grade.student, grade.stage
        before = shelf.get(*key)
        if before and (before.verdict, before.points) != (grade.verdict, grade.points):
            marked.changes[key] = f"{_in_short(before)} → {_in_short(grade)}"
        shelf.put(grade)
        marked.grades[key] = grade


def _in_short(grade: Grade) -> str:
    return f"{grade.verdict} {round(grade.points, 1):g}"
