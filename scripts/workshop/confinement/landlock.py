"""Landlock: rules on files that a process gives itself, and that its descendants cannot lift."""

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from workshop.confinement import kernel

# Bits of <linux/landlock.h>.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FOLDERS = (1 << 4) | (1 << 7)  # remove them, make them
_DEVICES = _MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEVICE
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1

_VERSION_FLAG = 1
_PATH_BENEATH = 1

_FIRST_WITH_SCOPES = 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock's interface that the kernel has, 0 for none."""
    try:
        return kernel.call("syscall", kernel.LANDLOCK_CREATE, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def restrict(
    readable: Iterable[Path],
    writable: Iterable[Path],
    devices: Iterable[Path],
    folders: Iterable[Path] = (),
    scoped: bool = True,
) -> set[str]:
    """Leave this process and its descendants these files only; return what is active.

    The process needs to have forgone new privileges before.

    Args:
        readable: what may be read, and executed.
        writable: what may be written too.
        devices: what may be written, but not made.
        folders: where folders may be made and removed, and nothing else be done.
        scoped: whether they also reach no process outside by a signal or an abstract socket, where
            the kernel can.

    Raises:
        OSError: the kernel has no Landlock, or does not take a rule.

    """
    have = version()
    handled = _handled(have)
    scopes = _ABSTRACT_SOCKETS | _SIGNALS if scoped and have >= _FIRST_WITH_SCOPES else 0
    size = 24 if scopes else 8
    attributes = _Ruleset(handled, 0, scopes)
    ruleset = kernel.call("syscall", kernel.LANDLOCK_CREATE, ctypes.byref(attributes), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, handled & _READ)
        for path in writable:
            _allow(ruleset, path, handled & ~_DEVICES)
        for path in folders:
            _allow(ruleset, path, handled & _FOLDERS)
        for path in devices:
            _allow(ruleset, path, handled & _FOR_FILES & ~_EXECUTE)
        kernel.call("syscall", kernel.LANDLOCK_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return {"landlock", "signals"} if scopes else {"landlock"}


def _handled(have: int) -> int:
    """Return the accesses that a version knows: what is not handled is not denied."""
    known = _REFER - 1
    for since, bit in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE)):
        if have >= since:
            known |= bit
    return known


def _allow(ruleset: int, path: Path, access: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            access &= _FOR_FILES
        rule = _Beneath(access, fd)
        kernel.call("syscall", kernel.LANDLOCK_ADD, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(fd)
