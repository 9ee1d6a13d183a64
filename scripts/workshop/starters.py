"""Starters as their solutions yield them: what they should be, and whether they are.

`stages/NN_slug/.starter.sha256` records the starter that was last made. A folder that differs from
its record is a student's work; a record that differs from what the solution yields is stale.
"""

import hashlib
from pathlib import Path

from workshop import course, regions
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.paths import shown

COURSE_FILES = {"README.md", "stage.toml", ".starter.sha256"}
_NOT_APP = {
    "__pycache__",
    "instance",
    ".env",
    ".venv",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
}
_LEFT_OUT_SUFFIXES = {".pyc", ".db", ".log"}


def solution_files(stage: Stage) -> dict[str, str]:
    """Return the files of a stage's solution as they are, markers included, by relative path.

    Raises:
        UsageError: when the solution is not there: the starter made of nothing would be empty.

    """
    names = files_of(stage.solution)
    if not names:
        where = f"solutions/{stage.name}"
        raise UsageError(f"{where} is missing: `git checkout {where}` gives it back.")
    return {name: read(stage.solution / name) for name in names}


def files_of(folder: Path) -> list[str]:
    """Return the relative paths of an app's files, without what running it leaves behind."""
    found = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not is_left_behind(relative):
            found.append(relative.as_posix())
    return found


def is_left_behind(path: Path) -> bool:
    """Tell whether a path is what running an app leaves behind, and not a part of it."""
    return bool(_NOT_APP.intersection(path.parts)) or path.suffix in _LEFT_OUT_SUFFIXES


def student_files(stage: Stage) -> dict[str, str]:
    """Return the text files of the app in the student's folder, by relative path."""
    files = {}
    for name in files_of(stage.starter):
        if name in COURSE_FILES or name.startswith(f"{stage.suite}/"):
            continue
        try:
            files[name] = read(stage.starter / name)
        except UnicodeDecodeError:
            files[name] = "(not a text file)\n"
    return files


def yielded(stage: Stage, earlier: frozenset[str] | None = None) -> dict[str, str]:
    """Return the starter that the stage's solution yields, by relative path.

    Args:
        stage: the stage.
        earlier: ids of the tasks of earlier stages; read from the course when not given.

    Raises:
        UsageError: when a marker in the solution is not right.

    """
    if earlier is None:
        earlier = frozenset(
            task.id for s in course.stages() if s.number < stage.number for task in s.tasks
        )
    tasks = {task.id for task in stage.tasks}
    result = {}
    for name, text in solution_files(stage).items():
        if name in stage.omits:
            continue
        try:
            result[name] = regions.starter(text, tasks, earlier)
        except regions.MarkerError as error:
            raise UsageError(f"{shown(stage.solution / name)}: {error}.") from error
    return result


def solved(stage: Stage) -> dict[str, str]:
    """Return the solution as people read it, without markers, by relative path."""
    result = {}
    for name, text in solution_files(stage).items():
        try:
            result[name] = regions.solved(text)
        except regions.MarkerError as error:
            raise UsageError(f"{shown(stage.solution / name)}: {error}.") from error
    return result


def read(path: Path) -> str:
    """Return a text file with its line ends as `\\n`, whatever git made of them here."""
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


def write(stage: Stage) -> list[str]:
    """Write the starter and its record; return the paths that changed.

    The student's folder is the caller's to protect: see `is_worked_on`.
    """
    files = yielded(stage)
    changed = []
    for name, text in files.items():
        path = stage.starter / name
        if not path.exists() or path.read_bytes().replace(b"\r\n", b"\n") != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            changed.append(name)
    for name in recorded(stage):
        if name not in files and (stage.starter / name).exists():
            (stage.starter / name).unlink()
            changed.append(name)
    record = "".join(f"{digest(text)}  {name}\n" for name, text in sorted(files.items()))
    if not _record(stage).exists() or read(_record(stage)) != record:
        _record(stage).write_bytes(record.encode())
        changed.append(_record(stage).name)
    return changed


def recorded(stage: Stage) -> dict[str, str]:
    """Return the hash of each file of the starter that was last made."""
    if not _record(stage).exists():
        return {}
    lines = read(_record(stage)).splitlines()
    return {name: value for value, _, name in (line.partition("  ") for line in lines)}


def is_stale(stage: Stage) -> bool:
    """Tell whether the solution now yields another starter than the one that was last made."""
    return recorded(stage) != {name: digest(text) for name, text in yielded(stage).items()}


def is_worked_on(stage: Stage) -> bool:
    """Tell whether the stage's folder is no longer the starter that was last made."""
    record = recorded(stage)
    return any(
        not (stage.starter / name).is_file() or _digest_of(stage.starter / name) != value
        for name, value in record.items()
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _record(stage: Stage) -> Path:
    return stage.starter / ".starter.sha256"
