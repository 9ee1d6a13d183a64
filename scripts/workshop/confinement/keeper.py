"""A keeper: the process in which what a student's program may do is cut down, before it runs."""

import contextlib
import functools
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from workshop.confinement import kernel, landlock, limits, places, seccomp, spaces, view
from workshop.confinement.descendants import adopt, end_all
from workshop.confinement.limits import Limits
from workshop.errors import UsageError

_IS_LINUX = sys.platform.startswith("linux")

# What the programs of a leader's may need beside what every program does.
_FOR_TOOLS = tuple(map(Path, ("/etc", "/proc", "/run", "/sys")))
# systemd-analyze makes a folder there, and takes no other place.
_TEMPORARY = Path("/tmp")  # noqa: S108

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


@functools.cache
def available() -> frozenset[str]:
    """Return the names of what works here, tried in processes for the purpose.

    Call it before leaders are forked, so that it is found out once.
    """
    if not hasattr(os, "fork"):
        return frozenset()
    steps: dict[str, Callable[[], object]] = {"limits": _try_limits}
    if _IS_LINUX:
        steps |= {
            "network": _try_network,
            "ipc": _try_ipc,
            "processes": _try_processes,
            "view": _try_view,
            "landlock": _try_landlock,
            "signals": lambda: _require("signals" in _try_landlock()),
            "seccomp": _try_seccomp,
            "undumpable": lambda: kernel.set_process(kernel.DUMPABLE, 0),
        }
    found = {name for name, step in steps.items() if _works(step)}
    if os.geteuid() == 0 and _works(lambda: drop(_SOMEBODY)):
        found.add("user")
    return frozenset(found)


def separate() -> frozenset[str]:
    """Give this process, the leader, what it shares with the keeper and nobody else.

    That is a network with a loopback, and System V's shared memory; where not root, through a user
    namespace that gives the keeper the right to more. Others cannot look into the process then, and
    it becomes the parent of descendants that have lost theirs. It must have one thread.

    Returns:
        The names of what is active; what does not work here is left out.

    """
    if not _IS_LINUX:
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
    kernel.set_process(kernel.DUMPABLE, 0)
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
        UsageError: the user cannot reach Python.

    """
    names = available()
    if not names:
        return names
    user = confinement.user if os.geteuid() == 0 else None
    running = _running(os.getuid() if user is None else user)
    have_rights = os.geteuid() == 0 or "namespace" in _separated
    own_processes = have_rights and "processes" in names
    warden = _stay_behind(own_processes)
    with contextlib.suppress(PermissionError):
        os.setsid()
    active = (_separated - {"namespace"}) | ({"processes"} if own_processes else set())
    if _IS_LINUX:
        adopt()
        active |= _confine_files(confinement, names, have_rights, own_processes)
    if limits.apply(confinement.limits, running):
        active.add("limits")
    if user is not None:
        _become(user)
        active.add("user")
    if _IS_LINUX:
        kernel.give_up_capabilities()
        kernel.set_process(kernel.DUMPABLE, 0)
        _die_with(warden)
        if "seccomp" in names:
            seccomp.install()
            active.add("seccomp")
    return frozenset(active)


def drop(
    user: int | None, reach: Iterable[str] = (), writable: Iterable[str] | None = None
) -> None:
    """Let this process, the leader, have no more rights than it needs, for good.

    It works on files that the keeper's side can write. That could have links there to whatever this
    process may read or write.

    Args:
        user: whom to become, user and group, where it runs as root.
        reach: places that it will need, which may lie in folders that are closed to that user. The
            rest of such folders is not to be seen then.
        writable: folders that it may write, and little else; all when None.

    Raises:
        UsageError: the user cannot reach Python.

    """
    places_to_write = [Path(path).absolute() for path in writable or ()]
    needed = [*places.readable(reach), *places_to_write]
    if user is not None and os.geteuid() == 0:
        if _IS_LINUX:
            with contextlib.suppress(OSError):
                view.open_ways(needed, user)
        _become(user)
    if _IS_LINUX:
        _forgo_privileges()
        if writable is not None and "landlock" in available():
            landlock.restrict(
                [*needed, *filter(Path.exists, _FOR_TOOLS)],
                places_to_write,
                places.DEVICES,
                folders=[_TEMPORARY],
                scoped=False,  # it goes on to send signals to the keeper's side
            )
        kernel.give_up_capabilities()
        kernel.set_process(kernel.DUMPABLE, 0)


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
    _forgo_privileges()
    if "landlock" in names:
        active |= landlock.restrict(readable, writable, places.DEVICES)
    return active


def _become(user: int) -> None:
    """Become an unprivileged user, and check that it can go on with Python."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    if not os.access(os.__file__, os.R_OK):
        raise UsageError(
            f"The user {user} cannot read Python in {sys.base_prefix}: start this with a Python "
            "that everybody can read, or not as root."
        )


def _forgo_privileges() -> None:
    """Let no program that is started give rights that this process does not have."""
    kernel.set_process(kernel.NO_NEW_PRIVILEGES, 1)


def _running(user: int) -> int:
    """Return how many processes the kernel counts to a user beside those that will be confined."""
    release = [int(part) for part in os.uname().release.split("-")[0].split(".")[:2]]
    # Since then a user namespace has a count of its own.
    if "namespace" in _separated and release >= [5, 14]:
        return 0
    return limits.running(user)


def _stay_behind(own_processes: bool) -> int:
    """Fork, and go on in the child; return what reads nothing while the warden lives."""
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
        _close_all_but({writer, *watched})
        if ended is not None:
            select.select(watched, [], [])
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    finally:
        end_all()
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)


def _close_all_but(kept: set[int]) -> None:
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


def _die_with(warden: int) -> None:
    """Let this process be killed when its warden is; changing the user undoes that."""
    kernel.set_process(kernel.DEATH_SIGNAL, signal.SIGKILL)
    if select.select([warden], [], [], 0)[0]:
        os._exit(1)
    os.close(warden)


# Whoever that is: what can be reached by one user who is nobody special can be by another.
_SOMEBODY = 65534


def _works(step: Callable[[], object]) -> bool:
    """Tell whether something can be done, by doing it in a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _close_all_but(set())
            step()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def _require(holds: bool) -> None:
    if not holds:
        raise OSError("not here")


def _try_limits() -> None:
    _require(limits.apply(Limits(), 0))


def _try_network() -> None:
    spaces.user()
    spaces.network()


def _try_ipc() -> None:
    spaces.user()
    spaces.ipc()


def _try_seccomp() -> None:
    _forgo_privileges()
    seccomp.install()


def _try_processes() -> None:
    spaces.user()
    spaces.processes()
    _require(_works(lambda: _require(os.getpid() == 1)))


def _try_view() -> None:
    spaces.user()
    with contextlib.suppress(OSError):
        spaces.processes()

    def enter() -> None:
        view.enter(places.readable(), [], os.getpid() == 1)
        _require(os.access(os.__file__, os.R_OK))

    _require(_works(enter))


def _try_landlock() -> set[str]:
    _forgo_privileges()
    return landlock.restrict(places.readable(), [], places.DEVICES)
