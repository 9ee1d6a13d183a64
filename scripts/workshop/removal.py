"""Removes folders, whatever a student's program has left in them.

That can be folders so deep in each other that no recursion and no path leads to their end, or some
that their own user may not enter.
"""

import contextlib
import itertools
import os
from pathlib import Path


def remove(folder: Path) -> bool:
    """Remove a folder with all that is in it, following no link; tell whether it is gone.

    Nothing that runs may still write there.
    """
    names = (folder / str(number) for number in itertools.count())
    stuck: set[Path] = set()
    with contextlib.suppress(OSError):
        while found := [inner for inner in _emptied(folder) if inner not in stuck]:
            for inner in found:
                try:
                    # What is in it comes to lie beside it, so that nothing stays deep.
                    for deeper in _emptied(inner):
                        deeper.rename(next(name for name in names if not os.path.lexists(name)))
                    inner.rmdir()
                except OSError:
                    stuck.add(inner)
        folder.rmdir()
    return not os.path.lexists(folder)


def _emptied(folder: Path) -> list[Path]:
    """Remove what a folder has in it but for folders; return those, opened to their user."""
    with os.scandir(folder) as found:
        entries = list(found)
    folders = []
    for entry in entries:
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                folders.append(folder / entry.name)
                folders[-1].chmod(0o700)
            else:
                Path(entry.path).unlink()
    return folders
