"""What a student gets for a stage, and the book that holds a class's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What became of a submission to a stage.

    PASS: every expected test reported a pass. FAIL: some did not. ERROR: it could not be tested for
    a reason in the submission, such as a syntax error or an endless loop. INVALID: it was refused
    unrun. FLAG: a person has to look at it; until then it has the points of its tests.
    """

    PASS = "PASS"  # noqa: S105  # a verdict, no password
    FAIL = "FAIL"
    ERROR = "ERROR"
    INVALID = "INVALID"
    FLAG = "FLAG"


@dataclass(frozen=True)
class GradedTest:
    """The verdict on one test.

    Attributes:
        id: as in `test_hello.py::test_text[param]`; of a hidden test a number, as in `hidden 3`.
        task: the id of its task; empty where it checks what works from the start.
        requirement: what it checks, in words; of a hidden test nothing that gives it away.
        passed: None where it could not be checked on the grader's machine.
        hidden: whether its content is kept from the student.

    """

    id: str
    task: str
    requirement: str
    passed: bool | None
    hidden: bool = False


@dataclass(frozen=True)
class GradedTask:
    """The points for one task: its part of the stage's, by the part of its tests that passed."""

    id: str
    title: str
    met: int
    of: int
    points: float
    max_points: float


@dataclass(frozen=True)
class Grade:
    """What one student gets for one stage; all of it is for the student's eyes as well.

    Attributes:
        student: the name under which the class has the student.
        stage: the number of the stage.
        verdict: what became of the submission.
        reason: one line: why it is ERROR, INVALID or FLAG; empty for PASS and FAIL.
        points: those of all tasks together; 0 for ERROR and INVALID.
        max_points: what could be had.
        tasks: the points by task, in the order of the stage.
        tests: the verdict on each test, those of what works from the start first.
        page: what `check-stage` shows of it, as plain text: the checklist, and the first failure
            with its transcript. It may hold whatever a student's program printed.
        hint: the first hint for the first task that is not met; empty when there is none.
        seconds: how long it took to test.
        isolation: what kept the submission apart, as in `("landlock", "rlimits")`.
        content: the SHA-256 of the files that were graded, in hex.
        grader: the version of what graded it.
        graded_at: when, in UTC, as in `2026-01-31T12:00:00Z`.

    """

    student: str
    stage: int
    verdict: Verdict
    reason: str = ""
    points: float = 0.0
    max_points: float = 100.0
    tasks: tuple[GradedTask, ...] = ()
    tests: tuple[GradedTest, ...] = ()
    page: str = ""
    hint: str = ""
    seconds: float = 0.0
    isolation: tuple[str, ...] = ()
    content: str = ""
    grader: str = ""
    graded_at: str = ""

    def to_json(self) -> str:
        """Return the grade as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Grade":
        """Return the grade that `to_json` described.

        Raises:
            ValueError: when the text is no grade.

        """
        try:
            data: dict[str, Any] = json.loads(text)
            data["verdict"] = Verdict(data["verdict"])
            data["tasks"] = tuple(GradedTask(**task) for task in data["tasks"])
            data["tests"] = tuple(GradedTest(**test) for test in data["tests"])
            data["isolation"] = tuple(data["isolation"])
            return cls(**data)
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no grade: {error}") from error


@dataclass(frozen=True)
class Column:
    """A stage as a book of grades has it."""

    number: int
    title: str


@dataclass(frozen=True)
class Pair:
    """Two submissions to a stage whose code is unusually equal, for a person to judge.

    Attributes:
        stage: the number of the stage.
        first: a student.
        second: another one.
        share: which part of the smaller one's own code is in the other, 0 to 1.
        excerpts: up to three pieces that both have, each as the lines of the first and the second.

    """

    stage: int
    first: str
    second: str
    share: float
    excerpts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Book:
    """The grades of a class.

    Attributes:
        students: all students of the class, in order, also those who submitted nothing.
        stages: the stages that were graded, in order.
        grades: by student and number of stage. Nothing is there where nothing was submitted, nor
            where the grader failed.
        faults: by student and number of stage, in one line, where the grader failed: no grade.
        changes: by student and number of stage, in a few words, what a second grading changed, as
            in `FAIL 40 → PASS 100`.
        pairs: submissions that are unusually equal.

    """

    students: Sequence[str]
    stages: Sequence[Column]
    grades: Mapping[tuple[str, int], Grade]
    faults: Mapping[tuple[str, int], str] = field(default_factory=dict)
    changes: Mapping[tuple[str, int], str] = field(default_factory=dict)
    pairs: Sequence[Pair] = ()
