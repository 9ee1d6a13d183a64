"""A filter of system calls: none that manages the machine, looks into processes or is too new.

It names what is denied, as what Python's programs need is long and differs between libraries. What
the kernel got after this was written is denied as if the kernel were older.

Where a program can see the files of its own user outside of its folders, more is denied, which
Landlock lets pass: changing who may use a file, and reaching a service by a UNIX socket. A session
of systemd has one that starts any program, unconfined.
"""

import ctypes
import errno
import platform
import socket
import struct
from collections.abc import Mapping, Sequence

from workshop.confinement import kernel

# The numbers on x86_64 and on aarch64; None where it is not there.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # Other processes.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # Mounts and namespaces.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    # Parts of the kernel with a history of holes, and no use here.
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    # Memory that outlives its processes.
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # The machine.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "iopl": (172, None),
    "ioperm": (173, None),
    "nfsservctl": (180, 42),
    "personality": (135, 92),
    "vhangup": (153, 58),
    "uselib": (134, None),
    "_sysctl": (156, None),
    "sysfs": (139, None),
    "ioprio_set": (251, 30),
}
# The first argument has to be 0: this process.
_FOR_ITSELF_ONLY: dict[str, tuple[int, int]] = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}
# With the name of a file. They do nothing and are told that all went well, as most do not matter.
_ATTRIBUTES: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
}
_CLONE, _CLONE3, _SOCKET, _IOCTL, _PRIORITY = (56, 220), (435, 435), (41, 198), (16, 29), (141, 140)
_NEWEST = 462

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_NAMESPACES = 0x7E020080
# What types into, or configures, the terminal that a program may have inherited.
_TERMINAL_CALLS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24

_Program = list[tuple[int, int, int, int]]
_PASS = (_RETURN, 0, 0, _ALLOW)


def install(apart: bool = True) -> None:
    """Filter the system calls of this process and its descendants for good.

    The process needs to have forgone new privileges before.

    Args:
        apart: whether it sees no files but those that it may use, or is a user of its own.

    Raises:
        OSError: the kernel does not take a filter, or nobody has written one for this architecture.

    """
    program = _program(platform.machine(), apart)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = _Filter(len(program), ctypes.addressof(buffer))
    kernel.call("prctl", kernel.SECCOMP, 2, ctypes.byref(filter_), 0, 0)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _program(machine: str, apart: bool) -> _Program:
    """Return the filter's instructions: code, jump if true, jump if false, value."""
    if machine not in _ARCHITECTURES:
        raise OSError(f"no filter of system calls has been written for {machine}")
    column, architecture = _ARCHITECTURES[machine]
    families = [socket.AF_INET, socket.AF_INET6, *([socket.AF_UNIX] if apart else [])]
    attributes = {} if apart else _ATTRIBUTES
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        # Above all numbers lie those of the 32-bit interface of x86_64, too.
        *_when((_GREATER, _NEWEST), _fail(errno.ENOSYS)),
        # It takes its flags from memory, where no filter can look; without it clone is called.
        *_when((_EQUAL, _CLONE3[column]), _fail(errno.ENOSYS)),
        *_each(_DENIED, column, _fail(errno.EPERM)),
        *_each(attributes, column, _fail(0)),
        *_each(_FOR_ITSELF_ONLY, column, _accept(_FIRST, [0], errno.EPERM)),
        *_when((_EQUAL, _PRIORITY[column]), _own_priority()),
        *_when((_EQUAL, _CLONE[column]), _refuse(_FIRST, [(_ANY_BIT, _NAMESPACES)])),
        *_when((_EQUAL, _SOCKET[column]), _accept(_FIRST, families, errno.EAFNOSUPPORT)),
        *_when((_EQUAL, _IOCTL[column]), _refuse(_SECOND, [(_EQUAL, n) for n in _TERMINAL_CALLS])),
        _PASS,
    ]


def _each(
    calls: Mapping[str, tuple[int | None, int | None]], column: int, then: _Program
) -> _Program:
    """Return what does the same for each of the calls that there are."""
    numbers = [pair[column] for pair in calls.values()]
    return [step for n in numbers if n is not None for step in _when((_EQUAL, n), then)]


def _when(test: tuple[int, int], then: _Program) -> _Program:
    """Return the test with what to do when it holds, which has to end with returning."""
    return [(test[0], 0, len(then), test[1]), *then]


def _fail(code: int) -> _Program:
    return [(_RETURN, 0, 0, _ERROR | code)]


def _refuse(argument: int, tests: Sequence[tuple[int, int]]) -> _Program:
    """Return what allows a call, but for an argument of which one of the tests holds."""
    refused = [step for test in tests for step in _when(test, _fail(errno.EPERM))]
    return [(_LOAD, 0, 0, argument), *refused, _PASS]


def _accept(argument: int, values: Sequence[int], code: int) -> _Program:
    """Return what lets a call fail, but for an argument that is one of the values."""
    accepted = [step for value in values for step in _when((_EQUAL, value), [_PASS])]
    return [(_LOAD, 0, 0, argument), *accepted, *_fail(code)]


def _own_priority() -> _Program:
    """Return what allows a call for a process (0), and of these for itself (0)."""
    is_process = [(_LOAD, 0, 0, _FIRST), (_EQUAL, 1, 0, 0), *_fail(errno.EPERM)]
    return [*is_process, *_accept(_SECOND, [0], errno.EPERM)]
