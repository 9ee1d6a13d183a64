"""The places of a machine that every program may read."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

# Of /etc only what names, certificates, time zones and the loader need: the rest may hold secrets.
_ETC = """
    alternatives ca-certificates debian_version gai.conf group host.conf hosts ld.so.cache
    ld.so.conf ld.so.conf.d localtime mime.types nsswitch.conf os-release passwd pki protocols
    resolv.conf services ssl timezone
"""
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/sys/devices/system/cpu")

DEVICES = tuple(Path("/dev", name) for name in ("null", "zero", "full", "random", "urandom"))
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - it is mounted anew


def readable(more: Iterable[str] = ()) -> list[Path]:
    """Return what of the system, of this Python, and of what is given, is there to be read."""
    etc = [f"/etc/{name}" for name in _ETC.split()]
    python = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *sys.path]
    found = [Path(path).absolute() for path in (*_SYSTEM, *etc, *python, *more) if path]
    return [path for path in dict.fromkeys(found) if path != Path("/") and os.access(path, os.R_OK)]
