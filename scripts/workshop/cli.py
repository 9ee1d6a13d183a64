"""Reads the command line and hands over to one module of `commands`, found by its name."""

import argparse
import difflib
import importlib
import os
import re
from pathlib import Path
from typing import NoReturn, Protocol

from workshop.errors import UsageError
from workshop.front import command_line


class Command(Protocol):
    """What a module of `commands` offers."""

    __doc__: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; return the exit code."""


class _Parser(argparse.ArgumentParser):
    """An argument parser that refuses in one line."""

    def error(self, message: str) -> NoReturn:
        name = self.prog.rsplit(" ", 1)[-1]
        if os.environ.get("WORKSHOP_FRONT") == "make":  # the words that were typed there
            message = re.sub(r"--([a-z][a-z-]*)", lambda m: _as_in_make(m[1]), message)
        raise UsageError(f"{message[0].upper()}{message[1:]}: see `{command_line('help')} {name}`.")


def main(argv: list[str]) -> int:
    """Run the command that the words name; return its exit code."""
    words = [_option(word) for word in argv]
    if not words or words[0] in ("-h", "--help"):
        words = ["help"]
    name, rest = words[0], words[1:]
    command = find(name)
    return command.run(parser_of(name, command).parse_args(rest))


def names() -> list[str]:
    """Return the names of all commands."""
    folder = Path(__file__).parent / "commands"
    return sorted(p.stem.replace("_", "-") for p in folder.glob("*.py") if p.stem != "__init__")


def find(name: str) -> Command:
    """Return the module of a command.

    Raises:
        UsageError: when there is no such command, naming the nearest one.

    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean `{near[0]}`?" if near else "choose one of the list."
        raise UsageError(f"There is no command `{name}`: {advice} See `{command_line('help')}`.")
    command: Command = importlib.import_module(f"workshop.commands.{name.replace('-', '_')}")
    return command


def parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    """Return the parser for one command's arguments."""
    parser = _Parser(
        prog=f"workshop {name}", description=command.__doc__, allow_abbrev=False, add_help=True
    )
    command.configure(parser)
    return parser


def _as_in_make(option: str) -> str:
    return option.upper().replace("-", "_")


def _option(word: str) -> str:
    """Turn make's spelling `PORT=5001` into `--port=5001`, and `N=3` into `3`."""
    match = re.fullmatch(r"([A-Z][A-Z_]*)=(.*)", word, re.DOTALL)
    if not match:
        return word
    key, value = match[1], match[2]
    return value if key == "N" else f"--{key.lower().replace('_', '-')}={value}"
