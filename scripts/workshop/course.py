"""The course as it lies on disk: stages, their tasks, and the words in which users name them."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop.errors import UsageError
from workshop.front import command_line
from workshop.paths import course_root, shown

_DIRECTORY = re.compile(r"(\d\d)_([a-z0-9_]+)")
_STAGE_KEYS: dict[str, type] = {
    "title": str,
    "app": str,
    "suite": str,
    "changes": list,
    "omits": list,
    "removes": list,
    "prepare": list,
    "try": list,
    "edits": list,
    "slow": bool,
    "waits": bool,
    "test_seconds": int,
    "suite_seconds": int,
    "tasks": list,
}
_STAGE_NEEDS = ("title", "app", "changes", "tasks")
_TASK_KEYS: dict[str, type] = {"id": str, "title": str, "hints": list}


@dataclass(frozen=True)
class Task:
    """One thing to build: what the checklist, the hints and the regions are keyed by."""

    id: str
    title: str
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """One stage, as `stages/NN_slug/stage.toml` describes it.

    Of the files of the solution `changes` are new or other than in the stage before, `omits` are
    left out of the starter, and `removes` are files of the stage before that are gone. `prepare`
    are commands of the `flask` command line that make a database ready, such as `init-db --yes`;
    the `--yes` is for databases of tests, and left out for one that a student may have filled.
    `edits` are the files, and folders with a `/`, that a student may edit: everything when empty.
    `slow` says that the suite takes long, as it is large or starts servers, so that the gate runs
    each known-wrong program only on the test that has to fail. `waits` says that tests
    wait for other processes more than they compute, so that a check runs twice as many at once.
    """

    number: int
    slug: str
    title: str
    app: str
    tasks: tuple[Task, ...]
    changes: tuple[str, ...]
    omits: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    tries: tuple[str, ...] = ()
    suite: str = "tests"
    edits: tuple[str, ...] = ()
    slow: bool = False
    waits: bool = False
    test_seconds: int = 10
    suite_seconds: int = 120
    root: Path = field(default_factory=course_root)

    def at_once(self, processes: int) -> int:
        """Return how many tests run well at once where so many processes can compute."""
        return 2 * processes if self.waits and processes > 1 else processes

    @property
    def name(self) -> str:
        """Return the name of the stage's folder, as in `03_status_codes`."""
        return f"{self.number:02}_{self.slug}"

    @property
    def starter(self) -> Path:
        """Return the folder in which the student works."""
        return self.root / "stages" / self.name

    @property
    def solution(self) -> Path:
        """Return the folder with the same app solved."""
        return self.root / "solutions" / self.name

    @property
    def suite_dir(self) -> Path:
        """Return the folder with the stage's suite."""
        return self.starter / self.suite

    @property
    def notebook(self) -> Path:
        """Return the stage's notebook."""
        return self.root / "notebooks" / f"{self.name}.ipynb"

    @property
    def app_is_given(self) -> bool:
        """Tell whether the app is the course's, and what the student writes is something else."""
        return bool(self.edits)

    def is_edited(self, name: str) -> bool:
        """Tell whether a student may edit a file, given its path relative to the app."""
        return not self.edits or name.startswith(self.edits)

    def task(self, task_id: str) -> Task:
        """Return the task with this id.

        Raises:
            UsageError: when the stage has no such task.

        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise UsageError(
            f"Stage {self.number} has no task `{task_id}`: "
            f"its tasks are {', '.join(task.id for task in self.tasks)}."
        )


def stages() -> list[Stage]:
    """Return every stage of the course, in order.

    Raises:
        UsageError: when there is none, or a `stage.toml` is not right.

    """
    found = [load(directory) for _, directory in _directories()]
    if not found:
        raise UsageError(
            f"There are no stages in {course_root() / 'stages'}: clone the whole repo."
        )
    return found


def find(word: str | None, command: str) -> Stage:
    """Return the stage that a user names by its number.

    Args:
        word: what was typed: `3` or `03`; None when nothing was.
        command: the command it was typed for, named in the refusal.

    Raises:
        UsageError: when no number was given, or there is no such stage.

    """
    numbers = {number: directory for number, directory in _directories()}
    if not numbers:
        raise UsageError(
            f"There are no stages in {course_root() / 'stages'}: clone the whole repo."
        )
    first, last = min(numbers), max(numbers)
    example = command_line(command, first)
    if not word:
        raise UsageError(f"Which stage? Give its number, {first} to {last}: `{example}`.")
    if not word.isascii() or not word.isdigit():
        raise UsageError(
            f"`{word}` is not the number of a stage: give {first} to {last}, as in `{example}`."
        )
    if int(word) not in numbers:
        raise UsageError(
            f"There is no stage {int(word)}: this course has {first} to {last}, as in `{example}`."
        )
    return load(numbers[int(word)])


def several(words: str | None, example: str) -> list[Stage]:
    """Return the stages that a user names, in order.

    Args:
        words: what was typed, as in `3`, `1-7` or `1,3,5`; all stages when nothing was.
        example: a command that names stages well, for the refusal.

    Raises:
        UsageError: when there are no such stages.

    """
    known = {stage.number: stage for stage in stages()}
    if not words:
        return list(known.values())
    chosen: set[int] = set()
    for part in words.split(","):
        match = re.fullmatch(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if first not in known or last not in known or last < first:
            raise UsageError(
                f"`{part.strip()}` names no stages: give numbers from {min(known)} to "
                f"{max(known)}, as in `{example}`."
            )
        chosen |= {number for number in known if first <= number <= last}
    return [known[number] for number in sorted(chosen)]


def _directories() -> Iterator[tuple[int, Path]]:
    """Yield number and folder of each stage, in order."""
    parent = course_root() / "stages"
    for directory in sorted(parent.iterdir()) if parent.is_dir() else ():
        match = _DIRECTORY.fullmatch(directory.name)
        if match and directory.is_dir():
            yield int(match[1]), directory


def following(stage: Stage) -> Path | None:
    """Return the folder of the stage after this one, None at the end of the course."""
    later = (directory for number, directory in _directories() if number > stage.number)
    return next(later, None)


def load(directory: Path) -> Stage:
    """Read one stage from its folder.

    Raises:
        UsageError: when `stage.toml` is missing, is not TOML, or has a key that is missing,
            unknown, or of the wrong type.

    """
    path = directory / "stage.toml"
    where = shown(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{where} is missing: `git checkout {where}` brings it back.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{where} is not valid TOML: {error}.") from error
    _check_keys(where, data, _STAGE_KEYS, _STAGE_NEEDS)
    for task in data["tasks"]:
        if not isinstance(task, dict):
            raise UsageError(f"{where}: `tasks` is a list of tables, each headed [[tasks]].")
        _check_keys(f"{where}, [[tasks]] {task.get('id', '')}".rstrip(), task, _TASK_KEYS)
    match = _DIRECTORY.fullmatch(directory.name)
    if match is None:
        raise UsageError(f"{where}: a stage's folder is named as 03_status_codes is.")
    return Stage(
        number=int(match[1]),
        slug=match[2],
        title=data["title"],
        app=data["app"],
        suite=data.get("suite", "tests"),
        tasks=tuple(
            Task(
                task["id"],
                task["title"],
                tuple(hint.strip("\n").rstrip() for hint in task["hints"]),
            )
            for task in data["tasks"]
        ),
        changes=tuple(data["changes"]),
        omits=tuple(data.get("omits", ())),
        removes=tuple(data.get("removes", ())),
        prepare=tuple(data.get("prepare", ())),
        tries=tuple(data.get("try", ())),
        edits=tuple(data.get("edits", ())),
        slow=data.get("slow", False),
        waits=data.get("waits", False),
        test_seconds=data.get("test_seconds", 10),
        suite_seconds=data.get("suite_seconds", 120),
        root=directory.parents[1],
    )


_IN_WORDS = {str: "a string", list: "a list", int: "a whole number", bool: "true or false"}


def _check_keys(
    where: str, data: dict[str, Any], known: dict[str, type], needed: tuple[str, ...] | None = None
) -> None:
    for key, value in data.items():
        if key not in known:
            raise UsageError(f"{where}: unknown key `{key}`; the keys are {', '.join(known)}.")
        if not isinstance(value, known[key]):
            raise UsageError(f"{where}: `{key}` must be {_IN_WORDS[known[key]]}.")
        if (
            isinstance(value, list)
            and key != "tasks"
            and not all(isinstance(v, str) for v in value)
        ):
            raise UsageError(f"{where}: `{key}` must be a list of strings.")
    for key in known if needed is None else needed:
        if key not in data:
            raise UsageError(f"{where}: the key `{key}` is missing.")
