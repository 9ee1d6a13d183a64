"""Pages of text for the terminal: styled where it is one, plain and the same everywhere else."""

import os
import sys
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 96

Part = str | tuple[str, str]

_SYMBOLS = {"✓": "ok", "✗": "x", "·": "-", "│": "|", "→": "->", "…": "...", "─": "-"}


class Page:
    """Lines of text whose parts may carry a style of rich, such as `bold red`."""

    def __init__(self) -> None:
        self.lines: list[list[tuple[str, str]]] = []

    def line(self, *parts: Part) -> None:
        """Add one line; a part is a text, or a text and its style."""
        self.lines.append([(part, "") if isinstance(part, str) else part for part in parts])

    def field(
        self, label: str, text: str | Iterable[str], style: str = "", indent: int = 15
    ) -> None:
        """Add a label with text beside it: a string is wrapped, a list of lines is kept."""
        if isinstance(text, str):
            text = [w for line in text.splitlines() for w in _wrapped(line, WIDTH - indent)]
        for number, line in enumerate(text):
            head = f"  {label if number == 0 else ''}"
            self.line((head.ljust(indent), "dim"), (visible(line), style))

    def paragraph(self, text: str, style: str = "", indent: int = 0) -> None:
        """Add text, wrapped."""
        for line in text.splitlines():
            for wrapped in _wrapped(line, WIDTH - indent):
                self.line((" " * indent + visible(wrapped), style))

    def plain(self) -> str:
        """Return the page as plain text."""
        lines = ("".join(text for text, _ in line).rstrip() for line in self.lines)
        return "".join(f"{line}\n" for line in lines)

    def print(self) -> None:
        """Print the page to standard output."""
        from rich.text import Text

        out = console()
        for line in self.lines:
            text = Text.assemble(*line)
            text.rstrip()
            out.print(Text(_printable(text.plain), spans=text.spans) if _ascii() else text)


def console() -> "Console":
    """Return the console of standard output: no markup, no wrapping, no guessing at numbers."""
    from rich.console import Console

    return Console(markup=False, highlight=False, soft_wrap=True, emoji=False)


def visible(text: str) -> str:
    """Return text in which control characters are seen and not obeyed by the terminal."""
    return "".join(
        char if char.isprintable() or char == "\t" else char.encode("unicode_escape").decode()
        for char in text
    )


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]


def _ascii() -> bool:
    """Tell whether the terminal's encoding lacks the symbols that we use."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "".join(_SYMBOLS).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return bool(os.environ.get("WORKSHOP_ASCII"))


def _printable(text: str) -> str:
    for symbol, plain in _SYMBOLS.items():
        text = text.replace(symbol, plain)
    return text.encode(sys.stdout.encoding or "ascii", "backslashreplace").decode()
