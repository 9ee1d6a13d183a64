"""How long a notebook waits for a worker whose app may not be finished."""

from collections.abc import Callable
from typing import Any, ClassVar

from workshop.suite.workers import Worker

_LEAST_SECONDS = 1.0


class Patience:
    """A worker of a student's app: whoever has waited in vain waits less the next time.

    With the starter a notebook would wait for minutes for what nobody has built yet. When something
    comes after all, patience is as it was.
    """

    _in_vain: ClassVar[int] = 0

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def __getattr__(self, name: str) -> Any:
        """Return what the worker has."""
        return getattr(self._worker, name)

    def until(self, is_done: Callable[[], object], seconds: float) -> bool:
        """Wait as `Worker.until` does, and half as long for each time that was in vain before."""
        patience = max(seconds / 2**Patience._in_vain, min(seconds, _LEAST_SECONDS))
        done = self._worker.until(is_done, patience)
        Patience._in_vain = 0 if done else Patience._in_vain + 1
        return done
