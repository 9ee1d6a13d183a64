"""A Dockerfile as Docker reads it, without Docker: its stages, and what would be in the image.

Known are continued lines, comments between them, here-documents, variables, flags, and the patterns
of `.dockerignore`. Nothing is run: what a RUN changes in the image's files is not known, except
where it installs packages with pip.
"""

import json
import os
import posixpath
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workshop.suite.expect import Finding

# Folders that are made where somebody works; what is asked of `.dockerignore` is asked by name.
_SKIPPED = {".git", ".venv", "instance", "__pycache__", "node_modules"}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HEREDOC = re.compile(r"<<(?P<dash>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z_]\w*)(?P=quote)")
_FLAG = re.compile(r"--([\w-]+)(?:=(\S*))?(?:\s+|$)")
_VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}]*))?\})")
_INSTRUCTIONS = {
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
    *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
}
_SEPARATORS = re.compile(r"&&|\|\||[;|\n]")
# Options of pip that have a value after them, so that it is no package.
_WITH_VALUE = {
    *("-c", "--constraint", "-t", "--target", "--prefix", "--root", "-i", "--index-url"),
    *("--extra-index-url", "-f", "--find-links", "--python", "-w", "--wheel-dir", "--timeout"),
    *("--cache-dir", "--platform", "--only-binary", "--no-binary", "--trusted-host", "--retries"),
}


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        name: in capitals, as `RUN`.
        flags: its `--name=value`, in order.
        value: what follows, on one line, with variables as they are written.
        documents: the texts of its here-documents.
        line: where it begins.

    """

    name: str
    flags: tuple[tuple[str, str], ...]
    value: str
    documents: tuple[str, ...]
    line: int

    def flag(self, name: str) -> str:
        """Return the value of a flag; empty when it is not there."""
        return dict(self.flags).get(name, "")

    @property
    def command(self) -> list[str] | None:
        """Return the words of the exec form; None when it is the shell form."""
        if not self.value.startswith("["):
            return None
        try:
            words = json.loads(self.value)
        except ValueError:
            return None
        return [str(word) for word in words] if isinstance(words, list) else None

    @property
    def script(self) -> str:
        """Return what a shell would run."""
        words = self.command
        return "\n".join([shlex.join(words) if words else self.value, *self.documents])

    def __str__(self) -> str:
        flags = " ".join(
            f"--{name}={value}" if value else f"--{name}" for name, value in self.flags
        )
        text = " ".join(part for part in (self.name, flags, self.value) if part)
        return f"Dockerfile, line {self.line}: {text if len(text) < 160 else text[:160] + '…'}"


@dataclass(frozen=True)
class Install:
    """A call of pip, or `uv pip`, in a RUN: files of requirements, and what else is named."""

    run: Instruction
    files: tuple[str, ...]
    packages: tuple[str, ...]
    words: tuple[str, ...]


@dataclass
class State:
    """What is in an image at some point: its variables, folder, user, and files from the context.

    `files` maps a path in the image to the path in the context that it was copied from.
    """

    variables: dict[str, str] = field(default_factory=lambda: {"PATH": _PATH})
    folder: str = "/"
    user: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """Return an absolute path in the image."""
        return posixpath.normpath(posixpath.join(self.folder, name))


@dataclass
class Stage:
    """One FROM and what follows it. `parent` is the stage that it goes on from, if it is one."""

    start: Instruction
    image: str
    name: str
    parent: "Stage | None"
    own: list[Instruction] = field(default_factory=list)

    @property
    def chain(self) -> list[Instruction]:
        """Return the instructions of this stage and before them those of the stages under it."""
        return [*(self.parent.chain if self.parent else []), *self.own]

    @property
    def base(self) -> str:
        """Return the image at the bottom."""
        return self.parent.base if self.parent else self.image

    def last(self, name: str) -> Instruction | None:
        """Return the instruction of a name that counts, which is the last one."""
        return next((item for item in reversed(self.chain) if item.name == name), None)


class Dockerfile:
    """The Dockerfile in a folder, with its `.dockerignore`."""

    def __init__(self, folder: Path) -> None:
        """Read it.

        Raises:
            Finding: when there is none, it has no FROM, or a word that is no instruction.

        """
        self.folder = folder
        file = folder / "Dockerfile"
        text = _text(file) if file.is_file() else ""
        self.preamble: list[Instruction] = []
        self.stages: list[Stage] = []
        variables: dict[str, str] = {}
        for item in parse(text):
            if item.name == "FROM":
                self.stages.append(self._stage(item, variables))
            elif self.stages:
                self.stages[-1].own.append(item)
            else:
                self.preamble.append(item)
                variables |= _assigned(item, variables) if item.name == "ARG" else {}
        if not self.stages:
            raise Finding(
                "an image is made from another one: the first instruction of a Dockerfile is FROM",
                Found=["Dockerfile has no instruction FROM" if text else "no file Dockerfile"],
            )
        if unknown := [item for item in self.all() if item.name not in _INSTRUCTIONS]:
            raise Finding("Docker knows no such instruction", Found=[str(unknown[0])])
        self.patterns = ignored_patterns(folder)
        self.context = sorted(p for p in _files(folder) if not is_ignored(p, self.patterns))

    @property
    def final(self) -> Stage:
        """Return the stage that becomes the image."""
        return self.stages[-1]

    def all(self) -> Iterator[Instruction]:
        """Yield every instruction, in the order of the file."""
        yield from self.preamble
        for stage in self.stages:
            yield stage.start
            yield from stage.own

    def stage(self, name: str) -> Stage | None:
        """Return a stage by its name or its number."""
        for number, stage in enumerate(self.stages):
            if name.lower() == stage.name.lower() or name == str(number):
                return stage
        return None

    def state(self, stage: Stage, until: Instruction | None = None) -> State:
        """Return what is there at the end of a stage, or before one of its instructions."""
        state = State()
        arguments: dict[str, str] = {}
        for item in stage.chain:
            if item is until:
                break
            known = arguments | state.variables
            match item.name:
                case "ENV":
                    state.variables |= _assigned(item, known)
                case "ARG":
                    arguments |= _assigned(item, known)
                case "WORKDIR":
                    state.folder = state.path(_unquoted(substituted(item.value, known)))
                case "USER":
                    state.user = _unquoted(substituted(item.value, known))
                case "COPY" | "ADD":
                    state.files |= self._copied(item, state, known)
        return state

    def missing(self, item: Instruction) -> list[str]:
        """Return the sources of a COPY from the context that are not in it."""
        if item.flag("from") or item.documents:
            return []
        *sources, _ = [*_words(item), ""][:-1] or [""]
        return [
            source
            for source in sources
            if "$" not in source and "://" not in source and not self._matching(source)
        ]

    def installs(self, stage: Stage) -> list[Install]:
        """Return the calls of pip in a stage and in those under it."""
        return [found for item in stage.chain if item.name == "RUN" for found in _installs(item)]

    def command(self) -> list[str]:
        """Return the words that a container starts: those of ENTRYPOINT, and those of CMD."""
        words: list[str] = []
        for item in filter(None, (self.final.last("ENTRYPOINT"), self.final.last("CMD"))):
            words += item.command or []
        return words

    def process(self) -> list[str]:
        """Return the words of the process in a container, also where a shell makes way for it."""
        words = self.command()
        _, found, rest = " ".join(words[2:]).rpartition("exec ")
        return split_words(rest) if is_shell(words) and found else words

    def _stage(self, item: Instruction, variables: Mapping[str, str]) -> Stage:
        words = substituted(item.value, variables).split()
        image = words[0] if words else ""
        name = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""
        return Stage(item, image, name, self.stage(image))

    def _copied(self, item: Instruction, state: State, known: Mapping[str, str]) -> dict[str, str]:
        words = [substituted(word, known) for word in _words(item)]
        if len(words) < 2 or item.documents:
            return {}
        *sources, target = words
        into = len(sources) > 1 or target.endswith("/") or target in (".", "..")
        origin = self.stage(item.flag("from")) if item.flag("from") else None
        if item.flag("from"):
            # Only what has been made before: no stage copies from itself, or from a later one.
            is_made = origin and origin.start.line < item.line and item not in origin.own
            before = self.state(origin).files if origin and is_made else {}
            available = {path.lstrip("/"): source for path, source in before.items()}
        else:
            available = {path: path for path in self.context}
        excluded = [value for name, value in item.flags if name == "exclude"]
        result = {}
        for source in sources:
            for path, tail in _selected(source, available):
                if excluded and is_ignored(tail or path, excluded):
                    continue
                if "parents" in dict(item.flags):
                    place = posixpath.join(target, path)
                elif tail:
                    place = posixpath.join(target, tail)
                else:
                    place = posixpath.join(target, posixpath.basename(path)) if into else target
                result[state.path(place)] = available[path]
        return result

    def _matching(self, source: str) -> bool:
        return any(True for _ in _selected(source, {path: path for path in self.context}))


def parse(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        first = number
        joined, number = _logical_line(lines, number)
        if not joined.strip():
            continue
        name, rest = [*joined.split(None, 1), ""][:2]
        name, rest = name.upper(), rest.strip()
        documents = []
        if name in ("RUN", "COPY", "ADD"):
            for mark in _HEREDOC.finditer(rest):
                document: list[str] = []
                while number < len(lines):
                    line = lines[number].lstrip("\t") if mark["dash"] else lines[number]
                    number += 1
                    if line == mark["name"]:
                        break
                    document.append(line)
                documents.append("\n".join(document))
        flags = []
        while match := _FLAG.match(rest):
            flags.append((match[1], match[2] or ""))
            rest = rest[match.end() :]
        yield Instruction(name, tuple(flags), rest, tuple(documents), first + 1)


def _logical_line(lines: list[str], number: int) -> tuple[str, int]:
    """Return an instruction as one line, and the number of the line after it."""
    parts: list[str] = []
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.lstrip().startswith("#") or (parts and not line.strip()):
            if not parts:
                return "", number
            continue
        stripped = line.rstrip()
        if not stripped.endswith("\\"):
            parts.append(line.strip())
            break
        parts.append(stripped[:-1].strip())
    return " ".join(parts), number


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with variables put in; what is not known stays empty, as in Docker."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return "$"
        found = variables.get(name, "")
        if match[3] and match[3].endswith("-"):
            return found or match[4]
        if match[3]:
            return match[4] if found else ""
        return found

    return _VARIABLE.sub(value, text)


def assignments(item: Instruction) -> list[tuple[str, str]]:
    """Return the pairs of an ENV or ARG as they are written; `ENV NAME value` is one pair."""
    words = _words(item)
    if item.name == "ENV" and words and "=" not in words[0]:
        name, _, value = item.value.partition(" ")
        return [(name, value.strip())]
    pairs = [word.partition("=") for word in words]
    return [(name, value) for name, _, value in pairs]


def _assigned(item: Instruction, variables: Mapping[str, str]) -> dict[str, str]:
    return {name: substituted(value, variables) for name, value in assignments(item)}


def split_words(text: str) -> list[str]:
    """Return the words of a shell's line; where its quotes do not match, what is between blanks."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _words(item: Instruction) -> list[str]:
    return item.command or split_words(item.value)


def _unquoted(text: str) -> str:
    return " ".join(split_words(text))


def _installs(item: Instruction) -> Iterator[Install]:
    for part in _SEPARATORS.split(item.script):
        words = split_words(part)
        names = [posixpath.basename(word) for word in words]
        for number, name in enumerate(names[:-1]):
            is_pip = re.fullmatch(r"pip[\d.]*", name) is not None
            if is_pip and names[number + 1] in ("install", "wheel", "sync"):
                yield _install(item, words[number + 1], words[number + 2 :])
                break


def _install(item: Instruction, verb: str, words: list[str]) -> Install:
    files: list[str] = []
    packages: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in ("-r", "--requirement", "--requirements"):
            files.append(next(rest, ""))
        elif match := re.match(r"(?:-r|--requirements?=)(.+)", word):
            files.append(match[1])
        elif word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            (files if verb == "sync" else packages).append(word)
    return Install(item, tuple(files), tuple(packages), tuple(words))


def _selected(source: str, available: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the paths that a source of COPY names, each with what of it is kept under the target.

    A folder stands for what is in it; the tail of a single file is empty.
    """
    clean = posixpath.normpath(source.lstrip("/") or ".")
    if clean == ".":
        yield from ((path, path) for path in available)
        return
    pattern = re.compile(_expression(clean))
    for path in sorted(available):
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            if pattern.fullmatch("/".join(parts[:length])):
                yield path, "/".join(parts[length:])
                break


def ignored_patterns(folder: Path) -> list[str]:
    """Return the patterns of a folder's `.dockerignore`, without comments."""
    file = folder / ".dockerignore"
    lines = _text(file).splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def is_ignored(path: str, patterns: Collection[str]) -> bool:
    """Tell whether patterns of `.dockerignore` keep a path out; the last one that fits decides.

    Unlike in `.gitignore`, a pattern begins at the top: `*.db` is no `app/copy.db`.
    """
    ignored = False
    parts = path.split("/")
    parents = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    for pattern in patterns:
        clean = posixpath.normpath(pattern.removeprefix("!").strip().lstrip("/") or ".")
        expression = re.compile(_expression(clean))
        if clean != "." and any(expression.fullmatch(parent) for parent in parents):
            ignored = not pattern.startswith("!")
    return ignored


def _expression(pattern: str) -> str:
    """Return a pattern of files as a regular expression."""
    result = ""
    rest = pattern
    while rest:
        if rest.startswith("**/"):
            result, rest = result + "(?:.*/)?", rest[3:]
        elif rest.startswith("**"):
            result, rest = result + ".*", rest[2:]
        elif rest[0] == "*":
            result, rest = result + "[^/]*", rest[1:]
        elif rest[0] == "?":
            result, rest = result + "[^/]", rest[1:]
        elif match := re.match(r"\[(\^?)([^\]]+)\]", rest):
            result, rest = f"{result}[{match[1]}{match[2]}]", rest[match.end() :]
        else:
            result, rest = result + re.escape(rest[0]), rest[1:]
    return result


def _files(folder: Path) -> Iterator[str]:
    """Yield the relative paths of the files in a folder, without those that are made there."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _SKIPPED)
        for name in names:
            yield Path(path, name).relative_to(folder).as_posix()


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def is_shell(words: list[str]) -> bool:
    """Tell whether a command is that of a shell with a line for it, as `sh -c`."""
    program = posixpath.basename(words[0]) if words else ""
    return program in ("sh", "bash", "ash", "dash") and words[1:2] == ["-c"]


def is_pinned(image: str) -> bool:
    """Tell whether an image is the same whenever it is fetched: a digest, or a whole version.

    A whole version has two numbers at least, and that of Python three.
    """
    if "@sha256:" in image:
        return True
    name, _, tag = image.rpartition("/")[2].partition(":")
    numbers = re.match(r"v?(\d+(?:\.\d+)*)", tag)
    return numbers is not None and numbers[1].count(".") >= (2 if name == "python" else 1)
