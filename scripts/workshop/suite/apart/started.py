"""A program that the keeper has started, as the host has hold of it."""

import contextlib
import os
import signal
import subprocess
import time

from workshop.suite.apart.keeper import Keeper


class Started:
    """A program that the keeper has started: what the tests use of `subprocess.Popen`."""

    def __init__(self, keeper: Keeper, inner: int, pid: int) -> None:
        self._keeper = keeper
        self._inner = inner
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code; None while it runs."""
        if self.returncode is None:
            self.returncode = self._keeper.code_of(self._inner)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code.

        Raises:
            subprocess.TimeoutExpired: when it has not ended in so many seconds.

        """
        until = time.monotonic() + (3600 if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("program", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)
