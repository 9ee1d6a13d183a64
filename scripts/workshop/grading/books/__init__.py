"""What comes out of grading a class: one module a format, found by its name.

A module of this package is a format; what formats share is in `parts`.
"""

import importlib
from pathlib import Path
from typing import Protocol

from workshop.grading.grades import Book


class Format(Protocol):
    """What a module of this package offers."""

    __doc__: str
    NAME: str

    def write(self, book: Book, folder: Path) -> list[Path]:
        """Write the book into a folder, which is made where it is missing; return the files.

        Raises:
            UsageError: when something cannot be written there.

        """


def formats() -> dict[str, Format]:
    """Return every format by its name."""
    found: dict[str, Format] = {}
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        module: Format = importlib.import_module(f"{__name__}.{path.stem}")
        found[module.NAME] = module
    return dict(sorted(found.items()))
