"""Several processes that share the tests of one run, each taking the next one when it is free."""

import os
import threading
import time
from collections.abc import Callable, Iterator

_BYTES = 2
_MOMENT_SECONDS = 0.1


class Shared:
    """The numbers of a run's tests, each taken once: by this process or by one that joined it.

    When a process dies, only the verdict on the tests that it had taken is lost.
    """

    def __init__(
        self, count: int, processes: int, alone_seconds: float, fork: Callable[[int], int]
    ) -> None:
        """Take how much there is to do, and who may do it.

        Args:
            count: how many tests there are.
            processes: how many may work at them in the end.
            alone_seconds: how long this process works alone before others join.
            fork: forks a process that joins, given its number from 1 on; returns in both, with
                the process id in this one and 0 in the other.

        """
        self._missing = processes - 1
        self._join_at = time.monotonic() + alone_seconds
        self._fork = fork
        self._joined: list[int] = []
        self._numbers = _taken_once(count) if processes > 1 else iter(range(count))

    def turns(self) -> Iterator[tuple[int, int | None]]:
        """Yield the number of each test that falls to this process, and of the one that follows.

        None follows where what the tests have in common is to end: at the last one, and before a
        fork.
        """
        while True:
            self._let_others_join()
            number = next(self._numbers, None)
            if number is None:
                return
            while number is not None:
                following = None if self._is_time_to_join() else next(self._numbers, None)
                yield number, following
                number = following

    def wait(self) -> None:
        """Wait for the processes that have joined this one."""
        for pid in self._joined:
            os.waitpid(pid, 0)

    def _is_time_to_join(self) -> bool:
        return self._missing > 0 and time.monotonic() >= self._join_at

    def _let_others_join(self) -> None:
        if not self._is_time_to_join():
            return
        missing, self._missing = self._missing, 0
        for number in range(1, missing + 1):
            # A fork copies no threads, but the locks that they hold at that moment.
            if not _is_alone():
                return
            pid = self._fork(number)
            if pid == 0:
                self._joined.clear()
                return
            self._joined.append(pid)


def _is_alone() -> bool:
    """Tell whether this thread is the only one, after a moment for those that end by themselves."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(_MOMENT_SECONDS)  # such as the timer with which `limits` tidies up
    return threading.active_count() == 1


def _taken_once(count: int) -> Iterator[int]:
    """Yield numbers from 0 on, each in one only of the processes that are forked from this one."""
    # What is in a pipe is read once. Small reads of a full pipe are never cut short.
    numbers, write = os.pipe()
    os.write(write, b"".join(number.to_bytes(_BYTES) for number in range(count)))
    os.close(write)

    def take() -> Iterator[int]:
        while data := os.read(numbers, _BYTES):
            yield int.from_bytes(data)

    return take()
