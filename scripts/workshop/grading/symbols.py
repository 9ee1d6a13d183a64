"""Python code as symbols: what is left of it when names and texts are not what counts.

It is read word by word and not parsed, so that a program with a syntax error is read as well, and
so that a copy that was broken on its way is still like what it was copied from.
"""

import builtins
import keyword
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

# Each part takes time in proportion to what it reads, whatever a student wrote: what has no end
# is taken as far as it goes, and repetitions that could be tried again have a most.
_WORD = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<text>[bBfFrRuUtT]{0,2}(?:
        '{3}(?:\\.|[^\\])*?(?:'{3}|\\?\Z) | "{3}(?:\\.|[^\\])*?(?:"{3}|\\?\Z)
        |'(?:\\.|[^'\\\n])*(?:'|(?=\n)|\\?\Z) | "(?:\\.|[^"\\\n])*(?:"|(?=\n)|\\?\Z)))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<line>\\?\n)
    |(?P<sign>->|:=|\*\*|//|[<>=!+\-*/%&|^@]=|\S)""",
    re.VERBOSE | re.DOTALL,
)
_IMPORT = re.compile(
    r"^[ \t]{0,80}(?:from[ \t]{1,8}(?P<source>[\w.]*)[ \t]{1,8})?import[ \t]{1,8}"
    r"(?P<names>\([^)]{0,5000}\)|[^\n#]*)",
    re.MULTILINE,
)
_MEMBER = re.compile(r"\bdef[ \t]{1,8}(\w+)|\bself\.(\w+)[ \t]{0,8}(?::[^=\n]{0,200})?=[^=]")
_ATTRIBUTE = re.compile(r"\.([^\W\d]\w*)")
_FENCED = re.compile(r"^```(?:python|py)\b[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMES = frozenset((*dir(builtins), *keyword.kwlist, "self", "cls"))
_METHODS = frozenset(name for kind in (str, bytes, list, dict, set, object) for name in dir(kind))
# Whether they are there is often a matter of formatting.
_PASSED_OVER = frozenset("(),;")
_DEFINITIONS = frozenset(("def", "class", "async", "@"))
_MULTILINE = ("line", "text")


@dataclass(frozen=True, eq=False)
class Symbols:
    """A file as symbols.

    Attributes:
        text: the file.
        codes: a number for each symbol, the same for the same symbol in every run.
        lines: on which line of the file each is, from 0.
        parts: where the parts start that could be in any order, such as functions.

    """

    text: str
    codes: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=lambda: [0])

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of each part."""
        return zip(self.parts, [*self.parts[1:], len(self.codes)], strict=True)


@dataclass(frozen=True)
class Vocabulary:
    """The names that a student cannot choose, as they are of Python, of libraries or of the course.

    Attributes:
        names: names that stand for themselves.
        attributes: names that do so after a dot, whatever else is called so.
        modules: the course's own modules.

    """

    names: frozenset[str]
    attributes: frozenset[str]
    modules: frozenset[str]

    @classmethod
    def of(cls, programs: Sequence[Mapping[str, str]]) -> "Vocabulary":
        """Return the vocabulary of the course's programs, each its files by relative path."""
        names, attributes = set(_NAMES), set(_METHODS)
        modules = {module for files in programs for module in _modules(files)}
        for files in programs:
            for text in files.values():
                names |= _imported(text, modules)
                attributes.update(_ATTRIBUTE.findall(text))
        return cls(frozenset(names), frozenset(attributes), frozenset(modules))

    def symbols_of(self, files: Mapping[str, str]) -> list[Symbols]:
        """Return the files of a program, by relative path, as symbols.

        Names that the program chose are all one symbol, and so are texts, and numbers. Left out
        are comments, texts that stand alone, the types in the heads of functions, and signs that
        formatters move.
        """
        modules = self.modules | _modules(files)
        members = {name for text in files.values() for two in _MEMBER.findall(text) for name in two}
        chosen = members - self.attributes
        return [
            _symbols(text, self.names | _imported(text, modules), chosen) for text in files.values()
        ]


def code_in(lesson: str) -> list[str]:
    """Return the blocks of Python in a text of Markdown."""
    return _FENCED.findall(lesson)


# A word, its kind, its line, and its column where a statement starts with it, -1 elsewhere. There
# are a million of them in a class, which is why they are tuples.
_Word = tuple[str, str, int, int]


def _symbols(text: str, names: frozenset[str] | set[str], chosen: set[str]) -> Symbols:
    result = Symbols(text)
    codes, lines = result.codes, result.lines
    after_dot = decorated = in_block = False
    for symbol, kind, line, column in _without_types(_words(text)):
        if kind == "name":
            if symbol in chosen if after_dot else symbol not in names:
                symbol = "name"
        elif kind != "sign":
            symbol = kind
        after_dot = symbol == "."
        if column >= 0:
            defines = symbol in _DEFINITIONS
            if (defines or (column == 0 and in_block)) and not decorated:
                result.parts.append(len(codes))
                in_block = defines
            decorated = symbol == "@"
        code = _code(symbol)
        # Two texts side by side are one.
        if kind != "text" or not codes or codes[-1] != code:
            codes.append(code)
            lines.append(line)
    return result


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of a program, without comments and texts that stand alone."""
    line = depth = line_start = 0
    starts = True
    for match in _WORD.finditer(text):
        word, kind = match[0], match.lastgroup or ""
        if kind == "line":
            starts = starts or (depth == 0 and word == "\n")
        elif kind != "comment":
            if kind != "text" or not starts:
                yield word, kind, line, match.start() - line_start if starts else -1
            starts = False
            if kind == "sign":
                if word in "([{":
                    depth += 1
                elif word in ")]}" and depth:
                    depth -= 1
        if kind in _MULTILINE and (count := word.count("\n")):
            line += count
            line_start = match.start() + word.rindex("\n") + 1


def _without_types(words: Iterable[_Word]) -> Iterator[_Word]:
    """Leave out what the head of a function says of types, and signs that do not matter."""
    depth, in_head, skips = 0, False, False
    for word in words:
        text = word[0]
        if word[3] >= 0:
            depth, in_head, skips = 0, False, False
        if text == "def":
            in_head = True
        elif in_head and word[1] == "sign":
            if text in "([{":
                depth += 1
            elif text in ")]}":
                depth -= 1
            if text == ":" and depth == 0:
                in_head = skips = False
            elif (text == ":" and depth == 1) or text == "->":
                skips = True
            elif depth <= 1 and text in ",=)":
                skips = False
        if not skips and text not in _PASSED_OVER:
            yield word


def _imported(text: str, modules: set[str] | frozenset[str]) -> set[str]:
    """Return the names that a file imports from elsewhere than the program's own modules."""
    found: set[str] = set()
    for match in _IMPORT.finditer(text):
        source = match["source"]
        for part in match["names"].strip("()").split(","):
            words = part.split()
            name = words[0].split(".")[0] if words else ""
            root = name if source is None else source.split(".")[0]
            # What is called otherwise here is called as the program chose.
            if root and root not in modules and len(words) == 1:
                found.add(name)
    return found


def _modules(files: Iterable[str]) -> set[str]:
    return {name.partition("/")[0].removesuffix(".py") for name in files}


@lru_cache(10_000)
def _code(symbol: str) -> int:
    return zlib.crc32(symbol.encode("utf-8", "replace"))
