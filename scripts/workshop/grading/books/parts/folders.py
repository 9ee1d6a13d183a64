"""Files of a book: names that no student can bend, and contents that are there whole or not."""

import contextlib
import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop.errors import cannot_write
from workshop.grading.grades import Book, Grade

_LONGEST = 40
# Names that Windows has for itself.
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")


def names(students: Iterable[str]) -> dict[str, str]:
    """Return a name for the files of each student: a-z, 0-9 and `-`, and no two are equal.

    A name that is such a name already is kept; any other gets a part of its hash, so that it is
    the same next time, whoever else is in the class.
    """
    found: dict[str, str] = {}
    plain = {student for student in students if _is_plain(student)}
    taken = set(plain)
    for student in students:
        if student in plain or student in found:
            found[student] = found.get(student, student)
            continue
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()
        candidates = (f"{_readable(student)}-{digest[:end]}" for end in range(8, len(digest) + 1))
        found[student] = next(name for name in candidates if name not in taken)
        taken.add(found[student])
    return found


def each_grade(book: Book, folder: Path) -> Iterable[tuple[Grade, Path]]:
    """Yield the grades of a book, each with a folder of that student and stage in a folder."""
    files = names(book.students)
    for student in book.students:
        for stage in book.stages:
            if grade := book.grades.get((student, stage.number)):
                yield grade, folder / files[student] / f"stage-{stage.number:02}"


def write(path: Path, data: bytes) -> Path:
    """Write a file, and the folders that it is in; what was there stays whole until then.

    Raises:
        UsageError: when it cannot be written.

    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise cannot_write(error) from error
    return path


def write_json(path: Path, data: dict[str, Any]) -> Path:
    """Write a file of JSON, whose texts are harmless already.

    Raises:
        UsageError: when it cannot be written.

    """
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    return write(path, f"{text}\n".encode())


def _is_plain(student: str) -> bool:
    return bool(
        len(student) <= _LONGEST
        and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", student)
        and not _RESERVED.fullmatch(student)
    )


def _readable(student: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower())[:_LONGEST].strip("-") or "student"
