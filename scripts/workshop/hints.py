"""Hints, one deeper each time; how many were shown is kept in `.workshop/hints.json`."""

from workshop import state
from workshop.course import Stage, Task
from workshop.errors import UsageError

_NAME = "hints"


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
    shown = state.load(_NAME)
    record = shown.setdefault(stage.name, {})
    before = record.get(task.id)
    number = min(before + 1 if isinstance(before, int) else 1, len(task.hints))
    record[task.id] = number
    state.save(_NAME, shown)
    return number, task.hints[number - 1]


def forget(stage: Stage) -> None:
    """Start again with the first hint of each task of a stage."""
    shown = state.load(_NAME)
    if shown.pop(stage.name, None):
        state.save(_NAME, shown)
