"""Text as it is shown: as it went over the wire, but for what differs from run to run."""

import json
import re
from typing import Any
from urllib.parse import quote

from workshop.lab.table import Table

WIDTH = 72

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?")
_TOKEN = re.compile(r"\beyJ([\w-]{5})[\w-]*\.[\w-]+\.[\w-]*")
_REQUEST_ID = re.compile(r"(?m)^(X-Request-ID: )[0-9a-f]{32}$")
_LOG_TIME = re.compile(r"^\[[^\]]*\] (?=[A-Z]+ in )")


def timeless(text: str) -> str:
    """Return text with each moment and random id replaced by its form: the same in every run."""
    text = _REQUEST_ID.sub(r"\1(made for this request)", _TOKEN.sub(r"eyJ\1....", text))
    return _MOMENT.sub("YYYY-MM-DDThh:mm:ss", text)


def readable(body: str, media_type: str) -> str:
    """Return a body as it is shown: JSON folded into lines, anything else as it came."""
    body = timeless(body)
    if media_type == "application/json":
        try:
            parsed = json.loads(body)
        except ValueError:
            return body
        return folded(parsed, ascii_only=body.isascii())
    return body.rstrip("\n")


def folded(value: Any, indent: int = 0, *, room: int = WIDTH, ascii_only: bool = False) -> str:
    """Return JSON in which what fits into a line is on one.

    Args:
        value: what to write, made of JSON types.
        indent: the columns that are taken already.
        room: the width of a line.
        ascii_only: escape every other character, as the app did.

    """
    line = json.dumps(value, ensure_ascii=ascii_only)
    if indent + len(line) <= room or not value or not isinstance(value, dict | list):
        return line
    inner = indent + 2
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key, ensure_ascii=ascii_only)}: "
            + folded(item, inner, room=room - len(key) - 4, ascii_only=ascii_only)
            for key, item in value.items()
        ]
    else:
        parts = [folded(item, inner, room=room, ascii_only=ascii_only) for item in value]
    first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
    lines = ",\n".join(" " * inner + part for part in parts)
    return f"{first}\n{lines}\n{' ' * indent}{last}"


def short_log(text: str) -> str:
    """Return what an app logged or printed, a traceback reduced to its last line, without times."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("Traceback (most recent call last)"):
            inside = True
        elif inside and (not line.strip() or line.startswith((" ", "\t"))):
            continue
        else:
            inside = False
            kept.append(_LOG_TIME.sub("", line))
    return timeless("\n".join(line for line in kept if line.strip()))


def percent_encoding(text: str) -> Table:
    """Return how each character of a text travels in a URL: its bytes, and their spelling."""
    rows = []
    for char in text:
        data = char.encode()
        rows.append((char, " ".join(f"{byte:02x}" for byte in data), quote(char, safe="")))
    return Table(("Character", "UTF-8 bytes", "In the URL"), rows, code=True)
