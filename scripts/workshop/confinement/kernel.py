"""Calls of the Linux kernel that Python 3.11 has no functions for."""

import ctypes
import functools
import os
import platform
import sys
from typing import Any

NEW_MOUNTS, NEW_IPC, NEW_USER = 0x20000, 0x8000000, 0x10000000
NEW_PROCESSES, NEW_NETWORK = 0x20000000, 0x40000000

DEATH_SIGNAL, DUMPABLE, SECCOMP, SUBREAPER, NO_NEW_PRIVILEGES = 1, 4, 22, 36, 38

# The same on every architecture.
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_CAPABILITIES_VERSION = 0x20080522


def is_linux() -> bool:
    """Tell whether these calls are there at all."""
    return sys.platform.startswith("linux")


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def call(function: str, *arguments: Any) -> int:
    """Call a function of the C library and return what it returns.

    Raises:
        OSError: it failed, or this system has no such function.

    """
    try:
        found = getattr(_libc(), function)
    except (AttributeError, TypeError, OSError) as error:
        raise OSError(f"there is no {function} here") from error
    # As they are, numbers would be cut to the 32 bits of an int.
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    found.restype = ctypes.c_long if function == "syscall" else ctypes.c_int
    result = int(found(*words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")
    return result


def set_process(option: int, value: int) -> None:
    """Set an attribute of this process, with prctl."""
    call("prctl", option, value, 0, 0, 0)


def unshare(what: int) -> None:
    """Give this process, or for process ids its children, a namespace of their own."""
    call("unshare", what)


def pivot_root() -> None:
    """Make the current folder, which is a mount, the root; the old root lies on it then."""
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError("no number of pivot_root is known here")
    call("syscall", number, b".", b".")


def give_up_capabilities() -> None:
    """Let this process have no capability, in a user namespace of its own neither."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
