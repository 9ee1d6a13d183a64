"""What of all this works on a machine, found out by doing it."""

import contextlib
import functools
import os
from collections.abc import Callable

from workshop.confinement import kernel, landlock, limits, places, rights, seccomp, spaces, view
from workshop.confinement.limits import Limits
from workshop.confinement.warden import close_all_but

# Whoever that is: what can be reached by one user who is nobody special can be by another.
_SOMEBODY = 65534


@functools.cache
def available() -> frozenset[str]:
    """Return the names of what works here, tried in processes for the purpose.

    Call it before leaders are forked, so that it is found out once.
    """
    if not hasattr(os, "fork"):
        return frozenset()
    steps: dict[str, Callable[[], object]] = {"limits": _try_limits}
    if kernel.is_linux():
        steps |= {
            "network": _try_network,
            "ipc": _try_ipc,
            "processes": _try_processes,
            "view": _try_view,
            "landlock": _try_landlock,
            "signals": lambda: _require("signals" in _try_landlock()),
            "seccomp": _try_seccomp,
            "undumpable": rights.hide,
        }
    found = {name for name, step in steps.items() if _works(step)}
    if os.geteuid() == 0 and _works(lambda: rights.drop(_SOMEBODY)):
        found.add("user")
    return frozenset(found)


def _works(step: Callable[[], object]) -> bool:
    """Tell whether something can be done, by doing it in a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            close_all_but(set())
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
    rights.forgo_privileges()
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
    rights.forgo_privileges()
    return landlock.restrict(places.readable(), [], places.DEVICES)
