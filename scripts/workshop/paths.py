"""Where things are: the repository, the course that is checked, and what runs leave behind."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VENV = REPOSITORY / ".venv"


def course_root() -> Path:
    """Return the folder that holds `stages/` and `solutions/`.

    It is the repository, unless `WORKSHOP_COURSE` names another one (the engine's own tests do).
    """
    return Path(os.environ.get("WORKSHOP_COURSE") or REPOSITORY).resolve()


def state_dir() -> Path:
    """Return the folder, ignored by git, for progress, hints shown and backups."""
    return course_root() / ".workshop"


def shown(path: Path) -> str:
    """Return a path as a person would type it here: relative to the course where it lies inside."""
    try:
        return path.absolute().relative_to(course_root()).as_posix() or "."
    except ValueError:
        return str(path)
