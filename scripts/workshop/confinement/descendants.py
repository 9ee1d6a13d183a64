"""The processes that descend from this one, and their end."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Collection
from pathlib import Path

from workshop.confinement import kernel

# Id, parent and state of all processes.
_Table = list[tuple[int, int, str]]


def adopt() -> None:
    """Let this process be the parent of all descendants whose own has ended, where it can be."""
    with contextlib.suppress(OSError):
        kernel.set_process(kernel.SUBREAPER, 1)


def end_all(but: Collection[int] = (), seconds: float = 10.0) -> bool:
    """End the descendants of this process to the last; tell whether none is left.

    They are stopped before, so that none can start another meanwhile. Those whose parent has ended
    are found too when this process has called `adopt`. Windows has no such bonds: nothing is done.

    Args:
        but: children to leave alone, with their descendants.
        seconds: how long to try; a process that waits for a disk cannot be ended at once.

    """
    if not hasattr(os, "fork"):
        return True
    until = time.monotonic() + seconds
    stopped: set[int] = set()
    while True:
        table = _table()
        _reap(table, but)
        found = _living(table, but)
        if not found:
            return True
        if time.monotonic() > until:
            return False
        new = found - stopped
        for pid in new or found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP if new else signal.SIGKILL)
        stopped |= new
        if not new:
            time.sleep(0.002)


def _reap(table: _Table, but: Collection[int]) -> None:
    """Take note of the end of each child that has ended."""
    for pid, parent, state in table:
        if parent == os.getpid() and state == "Z" and pid not in but:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _living(table: _Table, but: Collection[int]) -> set[int]:
    """Return the descendants that have not ended."""
    children: dict[int, list[int]] = {}
    for pid, parent, _ in table:
        children.setdefault(parent, []).append(pid)
    ended = {pid for pid, _, state in table if state == "Z"}
    found: set[int] = set()
    left = [os.getpid()]
    while left:
        more = [pid for pid in children.get(left.pop(), ()) if pid not in found and pid not in but]
        found.update(more)
        left += more
    return found - ended


def _table() -> _Table:
    """Return id, parent and state of all processes."""
    if not Path("/proc/self/stat").exists():
        return _table_of_ps()
    table = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            table.append((int(stat.parent.name), int(parent), state))
    return table


def _table_of_ps() -> _Table:
    with subprocess.Popen(
        ["ps", "-A", "-o", "pid=,ppid=,state="], stdout=subprocess.PIPE, text=True
    ) as ps:
        lines = [line.split() for line in ps.communicate()[0].splitlines()]
    rows = [(int(pid), int(parent), state[:1]) for pid, parent, state in lines]
    return [row for row in rows if row[0] != ps.pid]
