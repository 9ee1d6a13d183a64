"""Namespaces: what a process has for its own instead of sharing it with the machine."""

import os
import socket
import struct
from pathlib import Path

from workshop.confinement import kernel

_SET_FLAGS = 0x8914  # SIOCSIFFLAGS
_UP_AND_RUNNING = 0x1 | 0x40


def user() -> None:
    """Enter a user namespace, where not root, to have the right to the others.

    The user stays the same in there.
    """
    if os.geteuid() == 0:
        return
    uid, gid = os.geteuid(), os.getegid()
    # The files to write belong to root while this process keeps others from looking into it.
    kernel.set_process(kernel.DUMPABLE, 1)
    kernel.unshare(kernel.NEW_USER)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{uid} {uid} 1")
    (own / "gid_map").write_text(f"{gid} {gid} 1")


def network() -> None:
    """Enter a network that has a loopback of its own, and nothing else."""
    import fcntl

    kernel.unshare(kernel.NEW_NETWORK)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", _UP_AND_RUNNING)
        fcntl.ioctl(any_socket, _SET_FLAGS, request)


def ipc() -> None:
    """Have message queues and shared memory of System V for this process and its children."""
    kernel.unshare(kernel.NEW_IPC)


def processes() -> None:
    """Let the children of this process see no others; the first of them takes all with it."""
    kernel.unshare(kernel.NEW_PROCESSES)
