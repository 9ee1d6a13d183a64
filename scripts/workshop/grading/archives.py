"""Reads what a student handed in, a folder or an archive, and trusts nothing that it says.

Nothing is extracted: files are read into memory, as far as the limits let them, and whoever wants
one on disk writes it there. What has no part in any app, as `.git` or `.venv`, is passed over.
"""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from workshop import starters

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
MOST_FILE_BYTES = 2_000_000

_MOST_ENTRIES = 100_000
_MOST_ARCHIVE_BYTES = 200_000_000
_MOST_UNPACKED_BYTES = 500_000_000
_MOST_KEPT_BYTES = 64_000_000
# The list of contents of a zip, or a header of a tar, is read at once.
_MOST_ZIP_READ_BYTES = 16_000_000
_MOST_TAR_READ_BYTES = 1_000_000

_JUNK = {
    ".DS_Store",
    ".coverage",
    ".git",
    ".hypothesis",
    ".idea",
    ".ipynb_checkpoints",
    ".nox",
    ".tox",
    ".vscode",
    ".workshop",
    "Thumbs.db",
    "__MACOSX",
    "desktop.ini",
    "htmlcov",
    "node_modules",
    "site-packages",
}
_JUNK_SUFFIXES = {".pyo", ".sqlite", ".sqlite3"}
_DATABASE_PARTS = ("-journal", "-wal", "-shm")
_DRIVE = re.compile("[A-Za-z]:")
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_LINK = "is a symbolic link: hand in the file itself"
_NO_FILE = "is neither a file nor a folder"
_TOO_LARGE = f"is larger than {MOST_FILE_BYTES // 1_000_000} MB, which no source file is"
_UNREADABLE = "cannot be read"


class Refused(Exception):
    """What was handed in is not graded; the message is one line for the student."""


@dataclass(frozen=True)
class Entry:
    """A file that was handed in, or what stands in the place of one.

    Attributes:
        content: what is in it; nothing where there is a problem.
        problem: why it cannot be taken, as in `is a symbolic link`; empty when it can.

    """

    content: bytes = b""
    problem: str = ""


def read(path: Path) -> dict[str, Entry]:
    """Return what was handed in, by path inside the folder or archive, without junk.

    Args:
        path: a folder or an archive. What kind of archive is seen by its content.

    Raises:
        Refused: when it is no folder or archive, is broken or encrypted, has a name in it that
            leads out of it, or is far too large.

    """
    reading = _Reading()
    if path.is_symlink():
        raise Refused("what was handed in is a symbolic link: hand in the files themselves")
    if path.is_dir():
        _read_folder(path, reading)
        return reading.result()
    if not path.name.lower().endswith(SUFFIXES):
        kind = shown(path.suffix or path.name)
        raise Refused(f"a {kind} is not opened: hand in a .zip or a .tar.gz")
    try:
        with path.open("rb") as file:
            _read_archive(file, reading)
    except Refused:
        raise
    except PermissionError:
        raise Refused("the archive cannot be read") from None
    except Exception as error:  # a broken archive can raise anything
        raise Refused("the archive is damaged: make it again, and try to open it") from error
    return reading.result()


def is_junk(name: str) -> bool:
    """Tell whether a file has no part in any app: what tools, editors and systems leave behind."""
    path = PurePosixPath(name)
    return (
        not _JUNK.isdisjoint(path.parts)
        or starters.is_left_behind(Path(name))
        or path.suffix in _JUNK_SUFFIXES
        or any(part.startswith("._") for part in path.parts)
        or (".db-" in path.name and path.name.endswith(_DATABASE_PARTS))
    )


def shown(name: str) -> str:
    """Return a name as it can be shown on a line, whatever is in it."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return clean if len(clean) <= 80 else f"{clean[:40]}…{clean[-39:]}"


class _Reading:
    """What has been read of a submission, and how much more may be."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._count = self._unpacked = self._kept = 0

    def result(self) -> dict[str, Entry]:
        """Return all that was read, but for virtual environments, whatever they are called."""
        mark = "/pyvenv.cfg"
        inside = tuple(f"{k.removesuffix(mark)}/" for k in self._entries if k.endswith(mark))
        return {k: entry for k, entry in self._entries.items() if not k.startswith(inside)}

    def wanted(self, name: str) -> str:
        """Return a name as others spell it, as in `a/b.py`; empty when it is not to be read."""
        self._count += 1
        if self._count > _MOST_ENTRIES:
            raise Refused(f"there are more than {_MOST_ENTRIES:,} files: leave out what is no work")
        if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            raise Refused(f"`{shown(name)}` leads out of the archive")
        if "\\" in name:
            raise Refused(
                f"`{shown(name)}` has a backslash in its name: pack it with another program"
            )
        clean = "/".join(part for part in name.split("/") if part not in ("", "."))
        return "" if is_junk(clean) else clean

    def add(self, name: str, opened: Callable[[], IO[bytes]]) -> None:
        """Read a file, no further than the limits let it, whatever size was told."""
        try:
            with opened() as stream:
                content = stream.read(MOST_FILE_BYTES + 1)
        except PermissionError:
            self.note(name, Entry(problem=_UNREADABLE))
            return
        self._unpacked += len(content)
        if self._unpacked > _MOST_UNPACKED_BYTES:
            raise _too_much()
        if len(content) > MOST_FILE_BYTES:
            self.note(name, Entry(problem=_TOO_LARGE))
        elif self._kept + len(content) > _MOST_KEPT_BYTES:
            self.note(name, Entry(problem="is one file too many: hand in your work alone"))
        else:
            self._kept += len(content)
            self.note(name, Entry(content))

    def link(self, name: str, target: str) -> None:
        """Note a hard link, which is as good as a copy of a file that has been read."""
        nowhere = Entry(problem="is a link to what is not in the archive")
        self.note(name, self._entries.get(target, nowhere))

    def note(self, name: str, entry: Entry) -> None:
        """Note what is to be known of a name."""
        if name in self._entries:
            entry = Entry(problem="is there more than once")
        self._entries[name] = entry


def _read_folder(top: Path, reading: _Reading) -> None:
    waiting = [(top, "")]
    while waiting:
        folder, above = waiting.pop()
        try:
            with os.scandir(folder) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError:
            reading.note(f"{above}*", Entry(problem=_UNREADABLE))
            continue
        for item in items:
            name = reading.wanted(above + item.name)
            if not name:
                continue
            if item.is_symlink():
                reading.note(name, Entry(problem=_LINK))
            elif item.is_dir(follow_symlinks=False):
                waiting.append((Path(item.path), f"{name}/"))
            elif item.is_file(follow_symlinks=False):
                reading.add(name, partial(io.FileIO, item.path))
            else:
                reading.note(name, Entry(problem=_NO_FILE))


def _read_archive(file: IO[bytes], reading: _Reading) -> None:
    if os.fstat(file.fileno()).st_size > _MOST_ARCHIVE_BYTES:
        raise Refused(f"the archive is larger than {_MOST_ARCHIVE_BYTES // 1_000_000} MB")
    start = file.read(6)
    file.seek(0)
    if start.startswith(b"PK"):
        _read_zip(file, reading)
        return
    unpacked: Any = file
    if start.startswith(b"\x1f\x8b"):
        unpacked = gzip.GzipFile(fileobj=file)
    elif start.startswith(b"BZh"):
        unpacked = bz2.BZ2File(file)
    elif start.startswith(b"\xfd7zXZ\0"):
        unpacked = lzma.LZMAFile(file)  # noqa: SIM115  # the caller closes what is below
    _read_tar(unpacked, reading)


def _read_zip(file: IO[bytes], reading: _Reading) -> None:
    cautious = cast("IO[bytes]", _Cautious(file, _MOST_ZIP_READ_BYTES))
    with zipfile.ZipFile(cautious) as archive:
        for info in archive.infolist():
            name = reading.wanted(_zip_name(info))
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not name or info.is_dir() or kind == stat.S_IFDIR:
                continue
            if info.flag_bits & _ENCRYPTED_FLAG:
                raise Refused("the archive is encrypted: pack it without a password")
            if kind == stat.S_IFLNK:
                reading.note(name, Entry(problem=_LINK))
            elif kind not in (0, stat.S_IFREG):
                reading.note(name, Entry(problem=_NO_FILE))
            # Of the others Python unpacks a block as a whole, to whatever size it has.
            elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused("the archive is packed in an unusual way: make an ordinary .zip")
            else:
                reading.add(name, partial(archive.open, info))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a file in a zip, which older programs do not say the encoding of."""
    # Python cuts a name at a NUL, so that two could become one.
    if "\0" in info.orig_filename:
        return info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    return info.filename.encode("cp437", "replace").decode("utf-8", "surrogateescape")


def _read_tar(file: IO[bytes], reading: _Reading) -> None:
    cautious = cast("IO[bytes]", _Cautious(file, _MOST_TAR_READ_BYTES, _MOST_UNPACKED_BYTES))
    with tarfile.open(fileobj=cautious, mode="r:") as archive:
        for member in _members(archive):
            name = reading.wanted(member.name)
            if not name or member.isdir():
                continue
            if member.issym():
                reading.note(name, Entry(problem=_LINK))
            elif member.islnk():
                reading.link(name, reading.wanted(member.linkname))
            elif member.isreg():
                extract = cast("Callable[[Any], IO[bytes]]", archive.extractfile)
                reading.add(name, partial(extract, member))
            else:
                reading.note(name, Entry(problem=_NO_FILE))


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield what is in a tar, of which it keeps no list meanwhile."""
    while (member := archive.next()) is not None:
        yield member
        cast(Any, archive).members = []


class _Cautious:
    """A file that refuses to read more at once, or further, than an honest archive asks for.

    Of a tar, which is read from its start to its end, it also refuses to go back: a header with a
    negative size leads to itself, for ever.
    """

    def __init__(self, file: IO[bytes], at_once: int, furthest: int | None = None) -> None:
        self._file = file
        self._at_once = at_once
        self._furthest = furthest

    def read(self, size: int | None = None) -> bytes:
        """Read on."""
        if size is None or size < 0:
            size = self._at_once + 1
        if size > self._at_once + 1:
            raise ValueError("a part of the archive is too large")
        self._check(self._file.tell() + size)
        data = self._file.read(size)
        if len(data) > self._at_once:
            raise ValueError("a part of the archive is too large")
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        if self._furthest is not None:
            if whence != os.SEEK_SET or offset < self._file.tell():
                raise ValueError("the archive leads back")
            self._check(offset)
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Tell that places can be gone to."""
        return True

    def close(self) -> None:
        """Leave the file to whoever opened it."""

    def _check(self, place: int) -> None:
        if self._furthest is not None and place > self._furthest:
            raise _too_much()


def _too_much() -> Refused:
    return Refused(f"the archive unpacks to more than {_MOST_UNPACKED_BYTES // 1_000_000} MB")
