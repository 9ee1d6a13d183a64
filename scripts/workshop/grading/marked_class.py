"""Grades a class: takes what was handed in, runs what is new, and keeps each grade at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workshop import pool
from workshop.course import Stage
from workshop.grading import archives, intake, marking
from workshop.grading.archives import Entry, Refused
from workshop.grading.grades import Grade
from workshop.grading.shelf import Shelf
from workshop.grading.submissions import Submission
from workshop.grading.versions import version_of
from workshop.outcomes import Outcome
from workshop.pool import Wanted
from workshop.runs import Hidden, apart_runners

# Runs beside each other are slower than one alone: what is only slow must not look as if it hung.
_PATIENCE = 2
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
        self.copies: dict[Key, Path] = {}
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
            self.copies[key], self._content[key] = taken.folder, taken.content

    def mark(
        self, shelf: Shelf, *, at_once: int, again: bool, show: Callable[[int, int], None]
    ) -> Marked:
        """Grade what is new, and return all grades; each is kept as soon as it is there.

        Args:
            shelf: where grades are kept.
            at_once: how many submissions to run at a time.
            again: whether to grade also what has not changed.
            show: is told how many are graded of those that have to be, and how many there are.

        """
        marked = Marked()
        versions = {
            stage.number: version_of(stage, self._hidden.get(stage.number))
            for stage in self._stages
        }
        for (student, number), reason in self._refused.items():
            stage = next(stage for stage in self._stages if stage.number == number)
            grade = marking.refused(student, stage, reason, "", versions[number])
            self._keep(marked, shelf, grade)
        todo: list[tuple[Key, Wanted]] = []
        for stage in self._stages:
            for key in self._keys_of(stage):
                before = None if again else shelf.get(*key)
                if before and self._is_same(before, key, versions):
                    marked.grades[key] = before
                    marked.kept += 1
                else:
                    seconds = _PATIENCE * stage.test_seconds
                    hidden = self._hidden.get(stage.number)
                    wanted = Wanted(stage, self.copies[key], seconds, hidden=hidden)
                    todo.append((key, wanted))
        for done, (key, outcome) in enumerate(self._outcomes(todo, at_once)):
            try:
                content, version = self._content[key], versions[key[1]]
                self._keep(marked, shelf, marking.grade_of(key[0], outcome, content, version))
            except marking.Fault as fault:
                marked.faults[key] = str(fault)
            show(done + 1, len(todo))
        return marked

    def _outcomes(
        self, todo: Sequence[tuple[Key, Wanted]], at_once: int
    ) -> Iterator[tuple[Key, Outcome]]:
        wanted = [item for _, item in todo]
        for index, outcome in pool.outcomes(wanted, apart_runners, at_once):
            yield todo[index][0], outcome

    def _keys_of(self, stage: Stage) -> Iterator[Key]:
        for submission in self._submissions:
            if (key := (submission.name, stage.number)) in self.copies:
                yield key

    def _is_same(self, before: Grade, key: Key, versions: Mapping[int, str]) -> bool:
        return before.content == self._content[key] and before.grader == versions[key[1]]

    def _keep(self, marked: Marked, shelf: Shelf, grade: Grade) -> None:
        key = grade.student, grade.stage
        before = shelf.get(*key)
        if before and (before.verdict, before.points) != (grade.verdict, grade.points):
            marked.changes[key] = f"{_in_short(before)} → {_in_short(grade)}"
        shelf.put(grade)
        marked.grades[key] = grade


def _in_short(grade: Grade) -> str:
    return f"{grade.verdict} {grade.points:g}"
