"""Hints, one deeper each time; how many were shown is kept in `.workshop/hints.json`."""

import contextlib
import json

from workshop.course import Stage, Task
from workshop.errors import UsageError
from workshop.paths import state_dir


def next_hint(stage: Stage, task: Task) -> tuple[int, str]:
    """Return the number (from 1) and text of the next hint of a task; the last one stays.

    Args:
        stage: the stage that the task belongs to.
        task: the task.

    Raises:
        UsageError: when nobody has written a hint for the task yet.

    """
    if not task.hints:
        raise UsageError(f"There is no hint for `{task.id}`: read the lesson of the stage.")
    shown = _shown()
    record = shown.setdefault(stage.name, {})
    number = min(record.get(task.id, 0) + 1, len(task.hints))
    record[task.id] = number
    state_dir().mkdir(exist_ok=True)
    (state_dir() / "hints.json").write_text(json.dumps(shown, indent=2) + "\n", encoding="utf-8")
    return number, task.hints[number - 1]


def forget(stage: Stage) -> None:
    """Start again with the first hint of each task of a stage."""
    shown = _shown()
    if shown.pop(stage.name, None):
        text = json.dumps(shown, indent=2) + "\n"
        (state_dir() / "hints.json").write_text(text, encoding="utf-8")


def _shown() -> dict[str, dict[str, int]]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads((state_dir() / "hints.json").read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
