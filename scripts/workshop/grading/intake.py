"""What is taken of a submission for one stage: what the stage lets a student edit, and no more."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from workshop import starters, targets
from workshop.course import Stage
from workshop.grading.archives import Entry, Refused, shown

_MOST_FILES = 2_000
_MOST_BYTES = 20_000_000
_MOST_LEVELS = 20
_LONGEST_NAME = 200
_STAGE_FOLDER = re.compile(r"\d\d_[a-z0-9_]+")
_NUMBERED = re.compile(r"(?:stage)?[\s._-]*0*(\d{1,3})(?:[\s._-].*)?")
# Python, pytest or Flask would read them of themselves; an app of the course has none of them.
_READ_BY_TOOLS = re.compile(
    r"(site|user)customize(\.py|/.*)|.*\.pth|\.flaskenv|conftest\.py|\.?pytest\.(ini|toml)|tox\.ini"
)


@dataclass(frozen=True)
class Taken:
    """A private copy of an app, with a student's files in it.

    Attributes:
        folder: where it is.
        files: the files of the student, by relative path, in order.
        dropped: files that were handed in for the stage too, which are not the student's to edit
            and are not as the course has them.
        content: the SHA-256 of the names and contents of `files`, in hex.
        untouched: whether they are the starter as it was given.

    """

    folder: Path
    files: tuple[str, ...]
    dropped: tuple[str, ...]
    content: str
    untouched: bool


def take(
    handed_in: Mapping[str, Entry], stage: Stage, into: Path, *, alone: bool = False
) -> Taken | None:
    """Write a private copy of a stage's app with a student's files in it.

    Where the app is the course's, the copy has the course's, and of the student what they may edit.

    Args:
        handed_in: what `archives.read` returned.
        stage: the stage.
        into: the folder to make; it must not hold anything yet.
        alone: whether this is the only stage that is graded, so that the files of the app need not
            be in a folder that says which stage they are for.

    Returns:
        What was taken; None when nothing was handed in for the stage.

    Raises:
        Refused: when something in the student's files is not as it should be.

    """
    base = _Tree(handed_in).place_of(stage, alone)
    if base is None:
        _check_for_lost(handed_in, stage)
        return None
    handed_in_for_it = {
        name.removeprefix(base): entry for name, entry in handed_in.items() if name.startswith(base)
    }
    taken = {name: e for name, e in sorted(handed_in_for_it.items()) if is_taken(stage, name)}
    if not taken:
        return None
    _check(taken)
    files = {name: entry.content for name, entry in taken.items()}
    _write(into, _given(stage, files) | files)
    dropped = tuple(
        name
        for name, entry in sorted(handed_in_for_it.items())
        if name not in taken
        and name not in starters.COURSE_FILES
        and entry.content.replace(b"\r\n", b"\n") != _content_of(stage.starter, name)
    )
    return Taken(into, tuple(files), dropped, digest(files), _is_untouched(stage, files))


def is_taken(stage: Stage, name: str) -> bool:
    """Tell whether a file that was handed in for a stage is the student's work on it.

    What is left over cannot change how it is graded: no suite, no settings of pytest, and nothing
    that Python runs unasked. Files that are named as a module of a library are the student's to
    name: their app runs in processes of its own, where they mean what they mean to the student.
    """
    if stage.edits:
        return stage.is_edited(name)
    if name in starters.COURSE_FILES or name.startswith(f"{stage.suite}/"):
        return False
    if not _READ_BY_TOOLS.fullmatch(name.casefold()):
        return True
    return _content_of(stage.solution, name) is not None


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of names and contents, in hex."""
    result = hashlib.sha256()
    for name, content in sorted(files.items()):
        result.update(f"{name}\0{len(content)}\0".encode())
        result.update(content)
    return result.hexdigest()


def number_in(folder: str) -> int | None:
    """Return the number of a stage that a folder is named by: `03`, `stage-3`, `3 routing`."""
    match = _NUMBERED.fullmatch(folder.casefold())
    return int(match[1]) if match else None


class _Tree:
    """The folders of a submission; one is named by its path with a `/`, the top by nothing."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)

    def place_of(self, stage: Stage, alone: bool) -> str | None:
        """Return the folder that holds the app of a stage, None when there is none."""
        expected = targets.expected_files(stage)
        top = ""
        while True:
            if found := self._stage_in(top, stage):
                return self._unwrapped(found, stage, expected)
            if self._has(top, expected) or not (inner := self._only_folder(top, stage)):
                break
            top = inner
        if not alone or any(self._is_of_stage(top, name) for name in self._folders(top)):
            return None
        return top

    def _stage_in(self, top: str, stage: Stage) -> str | None:
        """Return the folder that is named as the stage's is, or else by its number."""
        parents = [name for name in self._folders(top) if name.casefold() == "stages"]
        for parent in [*(f"{top}{name}/" for name in parents), top]:
            folders = self._folders(parent)
            if stage.name in folders:
                return f"{parent}{stage.name}/"
            numbered = [
                name
                for name in folders
                if number_in(name) == stage.number and not self._is_repository(f"{parent}{name}/")
            ]
            if len(numbered) > 1:
                both = " and ".join(f"`{shown(name)}`" for name in numbered[:2])
                raise Refused(f"{both} could both be stage {stage.number}: hand in one")
            if numbered:
                return f"{parent}{numbered[0]}/"
        return None

    def _unwrapped(self, folder: str, stage: Stage, expected: list[str]) -> str:
        """Return the folder, or the only one inside, if the app is not in it directly."""
        while not self._has(folder, expected):
            inner = self._stage_in(folder, stage) or self._only_folder(folder, stage)
            if not inner:
                break
            folder = inner
        return folder

    def _only_folder(self, top: str, stage: Stage) -> str | None:
        """Return the one folder in a folder that holds no code beside it, and is of no stage."""
        folders = self._folders(top)
        if len(folders) != 1 or any(name.endswith(".py") for name in self._files(top)):
            return None
        (name,) = folders
        if name in ("solutions", stage.suite) or self._is_of_stage(top, name):
            return None
        return f"{top}{name}/"

    def _is_of_stage(self, top: str, name: str) -> bool:
        if name.casefold() == "stages":
            return True
        return number_in(name) is not None and not self._is_repository(f"{top}{name}/")

    def _is_repository(self, folder: str) -> bool:
        names = self._folders(folder)
        return any(n.casefold() == "stages" or _STAGE_FOLDER.fullmatch(n) for n in names)

    def _has(self, folder: str, expected: list[str]) -> bool:
        there = list(self._under(folder))
        return any(
            name == file or (file.endswith("/") and name.startswith(file))
            for name in there
            for file in expected
        )

    def _folders(self, folder: str) -> list[str]:
        return sorted({name.split("/")[0] for name in self._under(folder) if "/" in name})

    def _files(self, folder: str) -> list[str]:
        return [name for name in self._under(folder) if "/" not in name]

    def _under(self, folder: str) -> Iterator[str]:
        return (name.removeprefix(folder) for name in self._names if name.startswith(folder))


def _check(taken: Mapping[str, Entry]) -> None:
    if len(taken) > _MOST_FILES:
        raise Refused(f"there are more than {_MOST_FILES:,} files: hand in your work alone")
    folded: dict[str, str] = {}
    for name, entry in taken.items():
        if problem := entry.problem or _fault_of(name):
            raise Refused(f"`{shown(name)}` {problem}")
        other = folded.setdefault(normalize("NFC", name).casefold(), name)
        if other != name:
            raise Refused(f"`{shown(other)}` and `{shown(name)}` are one file on many machines")
    if sum(len(entry.content) for entry in taken.values()) > _MOST_BYTES:
        raise Refused(f"the files are larger than {_MOST_BYTES // 1_000_000} MB together")
    for name in folded:
        parts = name.split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts)))
        if clash := next((folder for folder in above if folder in folded), None):
            raise Refused(f"`{shown(folded[clash])}` is both a file and a folder")


def _check_for_lost(handed_in: Mapping[str, Entry], stage: Stage) -> None:
    """Refuse what stands for a stage's folder and is none, such as a symbolic link."""
    for name, entry in handed_in.items():
        last = name.rpartition("/")[2]
        if entry.problem and (last == stage.name or number_in(last) == stage.number):
            raise Refused(f"`{shown(name)}` {entry.problem}")


def _fault_of(name: str) -> str:
    if any("\ud800" <= c <= "\udfff" for c in name):
        return "has a name that is not UTF-8: rename it"
    if not name.isprintable() or ":" in name:
        return "has a name that not every machine can have: rename it"
    if len(name.encode()) > _LONGEST_NAME:
        return "has too long a name: rename it"
    if name.count("/") > _MOST_LEVELS:
        return "is in too many folders: hand in your work alone"
    return ""


def _given(stage: Stage, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what the course gives to a copy: its app where that is given, and its settings."""
    if not stage.edits:
        return {}
    given = {k: text for k, text in starters.solved(stage).items() if not stage.is_edited(k)}
    missing = [name for name in stage.edits if not name.endswith("/") and name not in files]
    if missing:
        starter = starters.yielded(stage)
        given |= {name: starter[name] for name in missing if name in starter}
    return {name: text.encode() for name, text in given.items()}


def _is_untouched(stage: Stage, files: Mapping[str, bytes]) -> bool:
    record = {k: v for k, v in starters.recorded(stage).items() if stage.is_edited(k)}
    return record == {
        name: hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
        for name, content in files.items()
    }


def _content_of(folder: Path, name: str) -> bytes | None:
    """Return what a file of the course has in it, with plain line ends, if there is such a file."""
    try:
        return (folder / name).read_bytes().replace(b"\r\n", b"\n")
    except (OSError, ValueError):  # there are names that no file can have
        return None


def _write(into: Path, files: Mapping[str, bytes]) -> None:
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise FileExistsError(f"{into} is not empty")
    for name, content in files.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
        path.chmod(0o644)
    for folder in (into, *(path for path in into.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
