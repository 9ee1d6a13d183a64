"""A keeper: the process in which what a student's program may do is cut down, before it runs."""

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from workshop.confinement import (
    kernel,
    landlock,
    limits,
    places,
    rights,
    seccomp,
    spaces,
    view,
    warden,
)
from workshop.confinement.descendants import adopt
from workshop.confinement.limits import Limits
from workshop.confinement.probe import available
from workshop.errors import UsageError

# What `separate` has done in this process or in one that it was forked from.
_separated: set[str] = set()


@dataclass(frozen=True)
class Confinement:
    """What a student's program is left.

    `readable` are folders and files that it may read and execute, beside the system's and Python's
    own (the prefix, and `sys.path` as it is in the keeper); `writable` are folders it may write.
    `user` is whom to become, user and group, where the keeper runs as root.
    """

    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    user: int | None = None


def separate() -> frozenset[str]:
    """Give this process, the leader, what it shares with the keeper and nobody else.

    That is a network with a loopback, and System V's shared memory; where not root, through a user
    namespace that gives the keeper the right to more. Others cannot look into the process then, and
    it becomes the parent of descendants that have lost theirs. It must have one thread.

    Returns:
        The names of what is active; what does not work here is left out.

    """
    if not kernel.is_linux():
        return frozenset()
    names = available()
    if os.geteuid() != 0 and names & {"network", "ipc", "processes", "view"}:
        spaces.user()
        _separated.add("namespace")
    for name, step in (("network", spaces.network), ("ipc", spaces.ipc)):
        if name in names:
            step()
            _separated.add(name)
    adopt()
    if "undumpable" in names:
        rights.hide()
        _separated.add("undumpable")
    return frozenset(_separated - {"namespace"})


def confine(confinement: Confinement) -> frozenset[str]:
    """Confine this process, the keeper, and all that it forks from now on, for good.

    It returns in a child of the process that called it. That one stays as its warden, unconfined
    and doing nothing but to wait: when the child or the leader ends, it ends all descendants,
    and then itself with the child's exit code. To the leader the warden is the keeper.

    What is open stays open: close before what is not for students, folders above all.

    Returns:
        The names of what is active, what `separate` has done included.

    Raises:
        OSError: something fails that has worked when it was tried; a place to write is missing.
        UsageError: root cannot become another user here, or that one cannot reach Python.

    """
    names = available()
    if not names:
        return names
    user = confinement.user if os.geteuid() == 0 else None
    if user is not None and "user" not in names:
        raise UsageError(
            "A student's program is not run as root, and root cannot become another user here: "
            "start this as an ordinary user."
        )
    running = _running(os.getuid() if user is None else user)
    have_rights = os.geteuid() == 0 or "namespace" in _separated
    own_processes = have_rights and "processes" in names
    lifeline = warden.stay_behind(own_processes)
    with contextlib.suppress(PermissionError):
        os.setsid()
    active = (_separated - {"namespace"}) | ({"processes"} if own_processes else set())
    if kernel.is_linux():
        adopt()
        active |= _confine_files(confinement, names, have_rights, own_processes)
    if limits.apply(confinement.limits, running):
        active.add("limits")
    if user is not None:
        rights.become(user)
        active.add("user")
    if kernel.is_linux():
        rights.give_up()
        warden.die_with(lifeline)
        if "seccomp" in names:
            seccomp.install(apart=bool(active & {"view", "user"}))
            active.add("seccomp")
    return frozenset(active)


def _confine_files(
    confinement: Confinement, names: frozenset[str], have_rights: bool, own_processes: bool
) -> set[str]:
    """Leave this process the places that it may use; return what is active."""
    active: set[str] = set()
    readable = places.readable(confinement.readable)
    writable = [Path(path).absolute() for path in confinement.writable]
    if have_rights and "view" in names:
        view.enter(readable, writable, own_processes)
        active.add("view")
        writable.append(places.SHARED_MEMORY)
        # The machine's would tell of all its processes.
        readable += [Path("/proc")] if own_processes else []
    if "landlock" in names:
        rights.forgo_privileges()
        active |= landlock.restrict(readable, writable, places.DEVICES)
    return active


def _running(user: int) -> int:
    """Return how many processes the kernel counts to a user beside those that will be confined."""
    release = [int(number) for number in re.findall(r"\d+", os.uname().release)]
    # Since then a user namespace has a count of its own.
    if "namespace" in _separated and release >= [5, 14]:
        return 0
    return limits.running(user)
