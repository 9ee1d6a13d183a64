"""The submissions of a class: a folder or an archive a student, directly in one folder."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from workshop import course
from workshop.errors import UsageError, cannot_use
from workshop.grading import archives, roster
from workshop.paths import shown

# What students hand in and nothing here can open: it is a submission, and refused as such.
_FOREIGN = (".rar", ".7z", ".tar.zst", ".tar.lz", ".tar.z", ".zipx", ".gz", ".bz2", ".xz", ".py")
# Moodle's `Ann Lee_12345_assignsubmission_file_`.
_MOODLE = re.compile(r"(.+?)_\d+_assignsubmission_.*")
_NOT_SUBMITTED = {"__MACOSX", "__pycache__", "node_modules"}


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        name: the student's name, which no other one has.
        path: the folder or archive; None when the student handed in nothing.
        listed: whether the roster has the student, where there is one.

    """

    name: str
    path: Path | None
    listed: bool = True


def find(directory: Path, listed_in: Path | None = None) -> list[Submission]:
    """Return the submissions of a class.

    They are in the order of the roster, and then those that it does not have; without a roster
    in the order of their names.

    Args:
        directory: the folder that holds a folder or an archive a student.
        listed_in: a roster: see `roster.read`. Its students belong to the class, whether or not
            they handed in anything.

    Raises:
        UsageError: when there is no such folder, nothing in it, or it is one student's work; when
            two submissions have one name; when the roster is not right.

    """
    found = _found(directory)
    if listed_in is None:
        return [Submission(name, path) for name, path in found.items()]
    rows = roster.read(listed_in)
    paths = _matched(rows, found)
    result = [Submission(row.name, paths.get(row.line)) for row in rows]
    names = {_key(row.name): row for row in rows}
    for name, path in found.items():
        if path in paths.values():
            continue
        if row := names.get(_key(name)):
            raise UsageError(
                f"{shown(listed_in)}, line {row.line}: {row.name} handed in `{row.submission}`, "
                f"and yet there is {shown(path)}: rename or remove one."
            )
        result.append(Submission(name, path, listed=False))
    return result


def _found(directory: Path) -> dict[str, Path]:
    """Return what was handed in, by the name that it gives the student."""
    if not directory.is_dir():
        raise UsageError(
            f"{shown(directory)} is not a folder: "
            "name the one that holds a folder or an archive a student."
        )
    try:
        entries = sorted(directory.iterdir())
    except OSError as error:
        raise cannot_use(error) from None
    _check_class(directory, {path.name for path in entries})
    result: dict[str, Path] = {}
    seen: dict[str, Path] = {}
    for path in entries:
        if not _is_submission(path):
            continue
        name = _name_of(path)
        other = seen.setdefault(_key(name), path)
        if other != path:
            raise UsageError(
                f"{shown(other)} and {shown(path)} are both of `{name}`: rename or remove one."
            )
        result[name] = _unwrapped(path)
    if not result:
        raise UsageError(
            f"There are no submissions in {shown(directory)}: "
            "put a folder, a .zip or a .tar.gz a student there."
        )
    return result


def _check_class(directory: Path, names: set[str]) -> None:
    own = {stage.name for stage in course.stages()} | {"stages", "stage.toml", "app.py", "run.py"}
    if own & names:
        raise UsageError(
            f"{shown(directory)} is one student's work, as it holds {min(own & names)}: name the "
            "folder above, which holds a folder or an archive a student."
        )


def _is_submission(path: Path) -> bool:
    if path.name.startswith(".") or path.name in _NOT_SUBMITTED:
        return False
    # A link is one as well, so that its student is told why it is not followed.
    return path.is_dir() or path.name.lower().endswith(archives.SUFFIXES + _FOREIGN)


def _name_of(path: Path) -> str:
    """Return the name that a folder or archive gives its student, as it can be shown."""
    name = path.name if path.is_dir() else _without_ending(path.name)
    if match := _MOODLE.fullmatch(name):
        name = match[1]
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return " ".join(normalize("NFC", clean).split()) or "\N{REPLACEMENT CHARACTER}"


def _without_ending(name: str) -> str:
    endings = [end for end in archives.SUFFIXES + _FOREIGN if name.lower().endswith(end)]
    return name[: -max(map(len, endings))] if endings else name


def _unwrapped(path: Path) -> Path:
    """Return the archive that is all that there is in a folder, as Moodle gives it, or the folder.

    What cannot be looked into is told when it is read.
    """
    if path.is_symlink() or not path.is_dir():
        return path
    try:
        inside = [item for item in path.iterdir() if not archives.is_junk(item.name)]
    except OSError:
        return path
    if len(inside) == 1 and inside[0].is_file() and _is_submission(inside[0]):
        return inside[0] if inside[0].suffix != ".py" else path
    return path


def _matched(rows: Sequence[roster.Row], found: Mapping[str, Path]) -> dict[int, Path]:
    """Return what the students of a roster handed in, by the line of each.

    What is called as a row says comes first, so that nobody is given what is another one's.
    """
    left = {_key(name): path for name, path in found.items()}
    result: dict[int, Path] = {}

    def match(row: roster.Row, *names: str) -> None:
        for name in names:
            if name and row.line not in result and _key(name) in left:
                result[row.line] = left.pop(_key(name))

    for row in rows:
        match(row, row.submission, _without_ending(row.submission))
    for row in rows:
        match(row, row.name)
    words = {_key(row.submission): row for row in rows if row.submission}
    longer: dict[int, list[str]] = {}
    for name in left:
        if fitting := [word for word in words if _is_part(word, name)]:
            longer.setdefault(words[max(fitting, key=len)].line, []).append(name)
    for row in rows:
        match(row, *(longer[row.line] if len(longer.get(row.line, ())) == 1 else ()))
    return result


def _is_part(word: str, name: str) -> bool:
    """Tell whether a name is as platforms make it from a login or a number of theirs.

    GitHub Classroom's end as in `stage-3-login`, and Canvas's are as in `leeann_12345_678_work`.
    """
    return name.endswith(f"-{word}") or (word.isdigit() and f"_{word}_" in f"{name}_")


def _key(name: str) -> str:
    """Return a name as it is compared: files of these names could not lie side by side anywhere."""
    return " ".join(normalize("NFC", name).casefold().split())
