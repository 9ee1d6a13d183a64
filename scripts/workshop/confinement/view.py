"""A view of the file system: a root of its own that has nothing but what was named."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from workshop.confinement import mounts
from workshop.confinement.places import DEVICES, SHARED_MEMORY

_BASE = Path("/tmp")  # noqa: S108 - a folder to mount on, that every system has
_ROOT = Path("/")


def enter(readable: Iterable[Path], writable: Iterable[Path], own_processes: bool) -> None:
    """Let this process, and its descendants, see a root with these places only.

    Args:
        readable: folders and files to show, that cannot be written.
        writable: folders to show, that can be written; they may lie in the others.
        own_processes: whether this process is the first of a namespace, whose /proc to show.

    Raises:
        OSError: the kernel does not allow it. What was done before that is not undone.

    """
    mounts.unshare()
    before = Path.cwd()
    with _umask():
        places = _Places([*readable, *DEVICES], writable)
        mounts.memory(_BASE, "mode=755,size=16m")
        places.show(_BASE)
        _make_devices()
        if own_processes:
            processes = _BASE / "proc"
            processes.mkdir()
            # In a container whose own is covered in part, nobody gets a new one.
            with contextlib.suppress(OSError):
                mounts.processes(processes)
        mounts.set_attributes(_BASE, mounts.READ_ONLY)
    mounts.make_root(_BASE)
    with contextlib.suppress(OSError):
        os.chdir(before)


def open_ways(paths: Iterable[Path], user: int) -> None:
    """Let a user reach places that lie in folders closed to others, for this process's sight.

    A closed folder then has nothing but these places in it: Python's own, in the home of root.

    Raises:
        OSError: the kernel does not allow it.

    """
    closed: dict[Path, list[Path]] = {}
    for path in paths:
        for place in (path.resolve(), *(link for link, _ in _links(path))):
            folder = next((folder for folder in _way(place) if not _lets_pass(folder, user)), None)
            if folder:
                closed.setdefault(folder, []).append(path)
    if not closed:
        return
    mounts.unshare()
    with _umask():
        places = {folder: _Places([], inside) for folder, inside in closed.items()}
        for folder in closed:
            mounts.memory(folder, "mode=755,size=1m")
        for folder, inside in places.items():
            inside.show(_ROOT, within=folder)


class _Places:
    """Places to show, held open while something is mounted over the ways to them."""

    def __init__(self, readable: Iterable[Path], writable: Iterable[Path]) -> None:
        self._links: dict[Path, Path] = {}
        attributes: dict[Path, int] = {}
        for paths, attribute in ((readable, mounts.READ_ONLY), (writable, 0)):
            for path in paths:
                self._links.update(_links(path))
                attributes[path.resolve()] = attribute | mounts.NO_SETUID
        # A device that was not to be one would be no use.
        self._copies = {
            path: mounts.copy(
                path, attributes[path] | (0 if path in DEVICES else mounts.NO_DEVICES)
            )
            for path in sorted(attributes)
        }

    def show(self, base: Path, within: Path = _ROOT) -> None:
        """Mount the places beneath a base, where they lie within a folder; outer ones first."""
        for path, copy in self._copies.items():
            if path.is_relative_to(within):
                mounts.attach(copy, _beneath(base, path))
            os.close(copy)
        for link, target in self._links.items():
            place = _beneath(base, link)
            if link.is_relative_to(within) and not os.path.lexists(place):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(target)


@contextlib.contextmanager
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _beneath(base: Path, path: Path) -> Path:
    return base / path.relative_to(_ROOT)


def _links(path: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each symbolic link on the way to a place, with its target."""
    at, names = _ROOT, list(path.absolute().parts)
    while names:
        name = names.pop(0)
        step = at.parent if name == ".." else at / name
        if not step.is_symlink():
            at = step
            continue
        target = step.readlink()
        yield step, target
        names = [*target.parts, *names]


def _way(path: Path) -> list[Path]:
    """Return the folders on the way to a place, the outermost first."""
    return list(reversed(path.parents))


def _lets_pass(folder: Path, user: int) -> bool:
    about = folder.stat()
    return bool(about.st_mode & (0o100 if about.st_uid == user else 0o001))


def _make_devices() -> None:
    """Add what /dev has beside devices: shared memory of its own, and the names of open files."""
    shared = _beneath(_BASE, SHARED_MEMORY)
    shared.mkdir(parents=True, exist_ok=True)
    mounts.memory(shared, "mode=1777,size=64m")
    for name, target in (("fd", ""), ("stdin", "0"), ("stdout", "1"), ("stderr", "2")):
        (shared.parent / name).symlink_to(Path("/proc/self/fd", target))
