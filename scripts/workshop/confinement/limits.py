"""The resource limits of a student's processes, where the system is POSIX."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What each process may use; the defaults are wide enough for gunicorn, Celery and SQLAlchemy.

    `processes` counts threads as well, and is the one limit that is not for each process: the
    kernel counts it for each user. What the user runs already is added to it, so of two runs at
    once the user of one should not be that of the other.
    """

    cpu_seconds: int = 60
    memory_bytes: int = 2048 * _MEGABYTE
    file_bytes: int = 64 * _MEGABYTE
    processes: int = 128
    open_files: int = 1024


def apply(limits: Limits, running: int) -> bool:
    """Limit this process and its descendants; tell whether the system took all that it knows.

    Args:
        limits: what they may use.
        running: how many processes of the user's there are, beside theirs.

    """
    try:
        import resource
    except ImportError:
        return False
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NPROC": limits.processes + running,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    taken = []
    for name, most in wanted.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(number, (value, value))
            taken.append(True)
        except (OSError, ValueError):
            # macOS knows a limit of memory, but does not take one.
            taken.append(name == "RLIMIT_AS" and os.uname().sysname == "Darwin")
    return all(taken)


def running(user: int) -> int:
    """Return how many threads a user has on this machine, 0 where that cannot be known."""
    count = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError):
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if int(fields["Uid"].split()[0]) == user:
                count += int(fields["Threads"])
    return count
