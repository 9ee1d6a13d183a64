"""Show the commands, or one command's arguments."""

import argparse
import ast
from pathlib import Path

from workshop import cli
from workshop.front import command_line


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("command", nargs="?", help="the command to explain")


def run(options: argparse.Namespace) -> int:
    """List every command with its first line, or explain one."""
    if options.command:
        cli.parser_of(options.command, cli.find(options.command)).print_help()
        return 0
    print("The Flask API Workshop. Start with:\n")
    print(f"  {command_line('check-stage', 1)}\n")
    print("Commands:")
    for name in cli.names():
        if not name.startswith("-"):
            print(f"  {name:14} {_summary(name)}")
    print(f"\nOne in detail: {command_line('help', 'COMMAND')}")
    return 0


def _summary(name: str) -> str:
    source = Path(__file__).with_name(name.replace("-", "_") + ".py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
