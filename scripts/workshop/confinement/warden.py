"""A warden: the process that stays behind, and ends all that has come of its child."""

import contextlib
import os
import select
import signal
from typing import NoReturn

from workshop.confinement import kernel, spaces
from workshop.confinement.descendants import adopt, end_all


def stay_behind(own_processes: bool) -> int:
    """Fork, and go on in the child; return what tells it, by its end, that of the warden."""
    leader = _descriptor_of(os.getppid())
    if own_processes:
        spaces.processes()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        _watch(pid, leader, writer)
    os.close(writer)
    if leader is not None:
        os.close(leader)
    return reader


def _watch(pid: int, leader: int | None, writer: int) -> NoReturn:
    """Be the warden of a child."""
    status = 1 << 8
    try:
        adopt()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
        ended = _descriptor_of(pid)
        watched = [fd for fd in (leader, ended) if fd is not None]
        close_all_but({writer, *watched})
        if ended is not None:
            select.select(watched, [], [])
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    finally:
        # Where orphans do not come to the warden, those that stayed in the child's group end so.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        end_all()
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)


def close_all_but(kept: set[int]) -> None:
    """Close what is open, for those who wait at the other ends."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    last = 2
    for fd in sorted(kept):
        os.closerange(last + 1, fd)
        last = fd
    os.closerange(last + 1, os.sysconf("SC_OPEN_MAX"))


def _descriptor_of(pid: int) -> int | None:
    """Return a descriptor that can be read when a process has ended, where the system has that."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def die_with(lifeline: int) -> None:
    """Let this process be killed when its warden is; changing the user undoes that."""
    with contextlib.suppress(OSError):
        kernel.set_process(kernel.DEATH_SIGNAL, signal.SIGKILL)
    if select.select([lifeline], [], [], 0)[0]:
        os._exit(1)
    os.close(lifeline)
