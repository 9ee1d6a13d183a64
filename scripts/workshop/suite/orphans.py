"""No process of a run outlives it, also where the run itself is killed."""

import contextlib
import ctypes
import os
import signal
import subprocess
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
    """End a program at once, with all that it has started, also what hangs."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
