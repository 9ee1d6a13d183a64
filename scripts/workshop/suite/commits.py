"""What lies in a folder whenever an app commits a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def watched(folder: Path, pattern: str) -> Iterator[list[int]]:
    """Count the files of a folder at each commit of this process, until the end of the block.

    Args:
        folder: the folder.
        pattern: which of its files count, as in `*.msg`.

    Yields:
        The numbers so far, in the order of the commits.

    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    counts: list[int] = []

    def note(connection: Any) -> None:
        counts.append(len(list(folder.glob(pattern))))

    event.listen(Engine, "commit", note)
    try:
        yield counts
    finally:
        event.remove(Engine, "commit", note)
