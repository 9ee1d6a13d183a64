"""The rights of a process, and how it gives them up for good."""

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from workshop.confinement import kernel, landlock, places, view
from workshop.errors import UsageError

# What the programs of a leader's may need beside what every program does.
_FOR_TOOLS = tuple(map(Path, ("/etc", "/proc", "/run", "/sys")))
# systemd-analyze makes a folder there, and takes no other place.
_TEMPORARY = Path("/tmp")  # noqa: S108


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
    if user is not None and hasattr(os, "geteuid") and os.geteuid() == 0:
        if kernel.is_linux():
            with contextlib.suppress(OSError):
                view.open_ways(needed, user)
        become(user)
    if not kernel.is_linux():
        return
    if writable is not None:
        forgo_privileges()
        with contextlib.suppress(OSError):  # the kernel has no Landlock
            landlock.restrict(
                [*needed, *filter(Path.exists, _FOR_TOOLS)],
                places_to_write,
                places.DEVICES,
                folders=[_TEMPORARY],
                scoped=False,  # it goes on to send signals to the keeper's side
            )
    give_up()


def become(user: int) -> None:
    """Become an unprivileged user, and check that it can go on with Python."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    if not os.access(os.__file__, os.R_OK):
        raise UsageError(
            f"The user {user} cannot read Python in {sys.base_prefix}: start this with a Python "
            "that everybody can read, or not as root."
        )


def forgo_privileges() -> None:
    """Let no program that is started give rights that this process does not have."""
    kernel.set_process(kernel.NO_NEW_PRIVILEGES, 1)


def give_up() -> None:
    """Have no right that is not the user's, and let nobody look into this process."""
    for step in (forgo_privileges, kernel.give_up_capabilities, hide):
        with contextlib.suppress(OSError):
            step()


def hide() -> None:
    """Let others look into this process no more, those of its own user included."""
    kernel.set_process(kernel.DUMPABLE, 0)
