"""The version of what grades a stage: another one where anything that decides has changed."""

import functools
import hashlib
from pathlib import Path

from workshop.course import Stage
from workshop.paths import REPOSITORY
from workshop.runs import Hidden

_ENGINE = Path(__file__).parents[1]


def version_of(stage: Stage, hidden: Hidden | None = None) -> str:
    """Return the version of what grades a stage: of its tests, of the engine and the libraries.

    Args:
        stage: the stage.
        hidden: tests that are run beside its suite.

    """
    digest = hashlib.sha256(_engine())
    for folder in (stage.suite_dir, *([hidden.folder] if hidden else [])):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                _add(digest, file, folder)
    digest.update((hidden.seed if hidden else "").encode())
    _add(digest, stage.starter / "stage.toml", stage.starter)
    return digest.hexdigest()[:16]


@functools.cache
def _engine() -> bytes:
    digest = hashlib.sha256()
    for file in sorted(_ENGINE.rglob("*.py")):
        _add(digest, file, _ENGINE)
    _add(digest, REPOSITORY / "requirements.txt", REPOSITORY)
    return digest.digest()


def _add(digest: "hashlib._Hash", file: Path, base: Path) -> None:
    digest.update(file.relative_to(base).as_posix().encode() + b"\0")
    digest.update(hashlib.sha256(file.read_bytes()).digest())
