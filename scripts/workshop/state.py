"""What the workshop remembers between commands: small JSON files in `.workshop/`."""

import contextlib
import json
from typing import Any

from workshop.errors import cannot_write
from workshop.paths import state_dir


def load(name: str) -> dict[str, dict[str, Any]]:
    """Return what is remembered under a name, by stage; nothing where it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads((state_dir() / f"{name}.json").read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {stage: record for stage, record in found.items() if isinstance(record, dict)}
    return {}


def save(name: str, data: dict[str, dict[str, Any]]) -> None:
    """Remember data under a name; what was there stays whole until the new file is.

    Raises:
        UsageError: when the folder cannot be written.

    """
    folder = state_dir()
    fresh = folder / f"{name}.json.new"
    try:
        folder.mkdir(exist_ok=True)
        fresh.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        fresh.replace(folder / f"{name}.json")
    except OSError as error:
        raise cannot_write(error) from error
