"""Where grades are kept: a file for each student and stage, whole as soon as it is there.

So a class that was interrupted goes on where it was, and no grade is there twice.
"""

import hashlib
import re
import secrets
from pathlib import Path

from workshop.errors import UsageError, cannot_write
from workshop.grading.grades import Grade

_FOLDER = "grades"


class Shelf:
    """The grades of a class in a folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which may not be there yet."""
        self._folder = folder / _FOLDER

    def make(self) -> None:
        """Make the folder, so that it is known before anything is graded that it can be written.

        Raises:
            UsageError: when it cannot.

        """
        probe = self._folder / ".new"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise cannot_write(error) from error

    def seed(self) -> str:
        """Return what decides the values of hidden tests, the same whenever a class is graded.

        Raises:
            UsageError: when it cannot be kept.

        """
        file = self._folder.parent / "seed"
        try:
            if not file.exists():
                file.write_text(secrets.token_hex(), encoding="ascii")
                file.chmod(0o600)
            return file.read_text(encoding="ascii")
        except OSError as error:
            raise cannot_write(error) from error

    def get(self, student: str, stage: int) -> Grade | None:
        """Return a student's grade for a stage; None when there is none.

        Raises:
            UsageError: when a file is there, and is no grade.

        """
        file = self._file(student, stage)
        try:
            return Grade.from_json(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UsageError(f"{file} is no grade: remove it, and grade again.") from error

    def put(self, grade: Grade) -> None:
        """Keep a grade; it takes the place of the one before.

        Raises:
            UsageError: when the folder cannot be written to.

        """
        file = self._file(grade.student, grade.stage)
        fresh = file.with_name(f"{file.name}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(grade.to_json(), encoding="utf-8")
            fresh.replace(file)
        except OSError as error:
            raise cannot_write(error) from error

    def _file(self, student: str, stage: int) -> Path:
        return self._folder / f"{stage:02}" / f"{file_name(student)}.json"


def file_name(student: str) -> str:
    """Return a name for files of a student, which no other one has, whatever the student's is."""
    plain = re.sub(r"[^a-z0-9]+", "-", student.casefold()).strip("-")[:40] or "student"
    return f"{plain}-{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
