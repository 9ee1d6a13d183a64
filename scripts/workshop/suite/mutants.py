"""The mutants of a stage: the right app with one believable bug in it each.

`mutants/name.toml` in the suite's folder says in plain words how the app behaves with the bug, to
which task a test that notices it belongs, where to look, and what is edited.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import edits


@dataclass(frozen=True)
class Mutant:
    """One bug. `behaviour` and `hint` are for the student, the edits for nobody's eyes."""

    file: Path
    behaviour: str
    task: str
    hint: str
    edits: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        """Return the name of its file, without the ending."""
        return self.file.stem

    def applied(self, app: dict[str, str]) -> dict[str, str]:
        """Return the app with the bug, by relative path.

        Raises:
            UsageError: when an edit does not fit the app any more.

        """
        return edits.applied(self.file, self.edits, app)


def in_folder(folder: Path) -> Iterator[Mutant]:
    """Yield the mutants in a folder, in the order of their names.

    Raises:
        UsageError: when a file is not as it should be.

    """
    for file in sorted(folder.glob("*.toml")):
        data = edits.load(file, {"behaviour", "task", "hint"})
        yield Mutant(file, data["behaviour"], data["task"], data["hint"], tuple(data["edit"]))
