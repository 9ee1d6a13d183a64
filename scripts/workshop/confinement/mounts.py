"""Mounts: how a process arranges the file systems that it sees."""

import contextlib
import ctypes
import os
import stat
from pathlib import Path

from workshop.confinement import kernel

READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8

_RECURSIVE, _PRIVATE, _DETACH = 16384, 1 << 18, 2
_HERE, _ALL_BENEATH, _ITSELF = -100, 0x8000, 0x1000
_COPY, _FROM_ITSELF = 1, 4


def unshare() -> None:
    """Have mounts of one's own, which the machine does not see."""
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.call("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)


def memory(target: Path, options: str) -> None:
    """Mount an empty file system that lies in memory."""
    _mount("tmpfs", target, NO_SETUID | NO_DEVICES, options)


def processes(target: Path) -> None:
    """Mount a /proc of the processes that this one sees."""
    _mount("proc", target, NO_SETUID | NO_DEVICES | NO_PROGRAMS, "")


def copy(path: Path, attributes: int) -> int:
    """Return a descriptor of a copy of a place, with all that is mounted in it, to `attach`."""
    flags = _COPY | _ALL_BENEATH | os.O_CLOEXEC
    tree = kernel.call("syscall", kernel.OPEN_TREE, _HERE, os.fsencode(path), flags)
    _set(tree, b"", attributes, _ITSELF | _ALL_BENEATH)
    return tree


def attach(tree: int, target: Path) -> None:
    """Mount a copy, and make the folder or file to mount it on where there is none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        if stat.S_ISDIR(os.fstat(tree).st_mode):
            target.mkdir()
        else:
            target.touch(exist_ok=False)
    words = (tree, b"", _HERE, os.fsencode(target), _FROM_ITSELF)
    kernel.call("syscall", kernel.MOVE_MOUNT, *words)


def set_attributes(target: Path, attributes: int) -> None:
    """Add attributes to a mount."""
    _set(_HERE, os.fsencode(target), attributes, 0)


def make_root(folder: Path) -> None:
    """Make a folder, on which something is mounted, the root; nothing else is left."""
    os.chdir(folder)
    # The old root comes to lie on the new one, from where it is taken.
    kernel.pivot_root()
    kernel.call("umount2", b".", _DETACH)
    os.chdir("/")


def _mount(kind: str, target: Path, flags: int, options: str) -> None:
    name = kind.encode()
    kernel.call("mount", name, os.fsencode(target), name, flags, options.encode() or None)


def _set(at: int, path: bytes, attributes: int, flags: int) -> None:
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    words = (at, path, flags, ctypes.byref(wanted), ctypes.sizeof(wanted))
    kernel.call("syscall", kernel.MOUNT_SETATTR, *words)
