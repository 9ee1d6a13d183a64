"""The rights of a process, and how it gives them up for good."""

import contextlib
import os
import sys
from collections.abc import Iterable

from workshop.confinement import kernel, places, view
from workshop.errors import UsageError


def drop(user: int | None, reach: Iterable[str] = ()) -> None:
    """Let this process, the leader, have no more rights than it needs, for good.

    Args:
        user: whom to become, user and group, where it runs as root; not the one of the keeper.
        reach: places that it will need, which lie in folders that may be closed to that user. The
            rest of such folders is not to be seen then.

    Raises:
        UsageError: the user cannot reach Python.

    """
    if user is not None and hasattr(os, "geteuid") and os.geteuid() == 0:
        if kernel.is_linux():
            with contextlib.suppress(OSError):
                view.open_ways(places.readable(reach), user)
        become(user)
    if kernel.is_linux():
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
