"""How commands are typed here, for messages that say what to type next."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager


def typed_words(argv: list[str]) -> list[str]:
    """Return the words of the command: make hands them over in the environment, see Makefile.

    Args:
        argv: the words on the command line; with any, the environment is not asked.

    """
    # Gone from here on: what this process starts has words of its own.
    words = os.environ.pop("WORKSHOP_WORDS", "")
    if argv:
        return argv
    # make puts a backslash before a blank inside a word, and doubles a dollar sign.
    found = [re.sub(r"\\(\s)", r"\1", word) for word in re.split(r"(?<!\\)\s+", words)]
    return [word.replace("$$", "$") for word in found if word]


def command_line(command: str, *words: object) -> str:
    """Return a command as this user types it: through make where make called us, else Python.

    Args:
        command: the command's name, as in `check-stage`.
        words: what follows it, as in `3` or `PORT=5001`.

    """
    front = "make" if os.environ.get("WORKSHOP_FRONT") == "make" else "python scripts/workshop"
    return " ".join([front, command, *(str(word) for word in words)])


@contextmanager
def through_make() -> Iterator[None]:
    """Say `make` inside the block, however the workshop was called, so that goldens are equal."""
    before = os.environ.get("WORKSHOP_FRONT")
    os.environ["WORKSHOP_FRONT"] = "make"
    try:
        yield
    finally:
        if before is None:
            del os.environ["WORKSHOP_FRONT"]
        else:
            os.environ["WORKSHOP_FRONT"] = before
