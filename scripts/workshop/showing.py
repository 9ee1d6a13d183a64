"""Progress that people see while something takes long: a bar on a terminal, a line elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workshop.outcomes import Outcome
    from workshop.runs import Running

_PATIENCE_SECONDS = 2.0
_LOOK_SECONDS = 0.1


@contextmanager
def progress_bar(what: str, *, left: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show progress inside the block; the function that it yields takes done and total.

    Args:
        what: what takes long.
        left: whether to show the time that is left instead of the time that has passed.

    """
    if not sys.stderr.isatty():
        print(f"{what} ...", file=sys.stderr, flush=True)
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    time = TimeRemainingColumn(compact=True) if left else TimeElapsedColumn()
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), time)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def awaited(running: "Running") -> "Outcome":
    """Wait for a run and return its outcome; on a terminal a bar shows how far a long one is."""
    if running.wait(_PATIENCE_SECONDS) or not sys.stderr.isatty():
        return running.outcome()
    left = running.stage.suite_seconds - _PATIENCE_SECONDS
    with progress_bar(f"Checking stage {running.stage.number}") as show:
        while left > 0 and not running.wait(_LOOK_SECONDS):
            left -= _LOOK_SECONDS
            show(*running.progress())
    return running.outcome(0)
