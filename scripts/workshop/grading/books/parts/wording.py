"""Text of strangers made harmless: what a program printed, or how somebody named a folder.

Escaping for HTML, XML or a spreadsheet is the business of each format, and comes after this.
"""

import re

# What terminals obey: colours and cursor moves, titles and links, and what remains of either.
# A sequence that does not end on its line is no sequence: it must not take along what follows.
_SEQUENCES = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x07\x1b\n]*\x1b\\"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]?"
)
# Control characters, what turns the direction of text around, halves of characters, and what XML
# does not allow.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def text(value: str) -> str:
    """Return text of several lines without what a terminal obeys; the unseen is made seen."""
    clean = _SEQUENCES.sub("", value.replace("\r\n", "\n"))
    return _UNSEEN.sub(_seen, clean)


def line(value: str) -> str:
    r"""Return the same in one line: a new line is seen as `\n`."""
    return text(value).replace("\n", r"\n").replace("\t", r"\t")


def name(value: str) -> str:
    """Return the name of a student in one line; what a terminal would obey is seen, not gone.

    Otherwise one student could be listed under the name of another.
    """
    return line(_UNSEEN.sub(_seen, value)) if value.strip() else "(no name)"


def shortened(value: str, longest: int) -> str:
    """Return a text of so many characters at the most."""
    return value if len(value) <= longest else value[: longest - 1] + "…"


def number(value: float) -> str:
    """Return points as a person writes them: `100`, `66.7`."""
    return f"{round(value, 1):.1f}".removesuffix(".0")


def _seen(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
