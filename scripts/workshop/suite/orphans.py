"""No process of a run outlives it, also where the run itself is killed."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol


class Program(Protocol):
    """A program that runs: what is used of `subprocess.Popen`."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """Return its exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code."""

    def terminate(self) -> None:
        """Tell it to end."""

    def kill(self) -> None:
        """End it."""


class Start(Protocol):
    """What starts a program, as `start` does."""

    def __call__(
        self,
        command: Sequence[str],
        output: "IO[bytes] | int" = subprocess.DEVNULL,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Program:
        """Start a program that ends with this process, and leads a group of its own."""


# So long is waited for the end of processes that were killed; it takes milliseconds, or longer
# where a machine is busy.
_SECONDS_TO_END = 5.0
_POLL_SECONDS = 0.005
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>


def die_with_parent() -> None:
    """Let this process be killed when its parent ends, where the system offers that (Linux)."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def start(
    command: Sequence[str],
    output: "IO[bytes] | int" = subprocess.DEVNULL,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a program that ends with this process, and leads a group of its own; see `end`.

    Args:
        command: the program and its words.
        output: where it writes; nowhere by default.
        cwd: where it runs.
        env: its whole environment; that of this process by default.

    """
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=die_with_parent if os.name == "posix" else None,
    )


def end(process: Program) -> None:
    """End a program at once, with all that it has started, also what hangs.

    On Linux nothing of it is left afterwards: no connection that still looks open to a server.
    """
    if os.name != "posix":
        process.kill()
        process.wait()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    until = time.monotonic() + _SECONDS_TO_END
    while _any_lives(process.pid) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)


def _any_lives(group: int) -> bool:
    """Tell whether a process of a group has not ended, as far as the system tells (Linux)."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    # What has ended is there until its parent takes note of it, which may be never.
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False
