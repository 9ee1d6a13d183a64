"""Show what this machine has and lacks, and what that leaves unchecked."""

import argparse
import platform
import sqlite3
import sys

from workshop import environment
from workshop.processes import CAN_FORK
from workshop.screen import Page
from workshop.tools import TOOLS, Tool

# Since then it has `RETURNING`, with which stage 13 takes its jobs.
_SQLITE = (3, 35)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(options: argparse.Namespace) -> int:
    """List what is there; 0 always, for nothing on the list is needed by every command."""
    page = Page()
    page.line(("✓ ", "green"), f"Python {platform.python_version()} on {platform.system()}")
    page.line(("✓ ", "green"), f".venv: {sys.prefix}")
    _add_sqlite(page)
    for layer in environment.LAYERS.values():
        if environment.is_installed(layer):
            page.line(("✓ ", "green"), f"{layer.purpose}: installed")
        else:
            page.line(("· ", "dim"), f"{layer.purpose}: installed when a command first asks for it")
    if CAN_FORK:
        page.line(("✓ ", "green"), "fork: checks start from a process that is ready")
    else:
        page.line(
            ("✗ ", "yellow"), "no fork: each check starts a Python of its own, which is slower"
        )
    for tool in TOOLS.values():
        _add_tool(page, tool)
    page.print()
    return 0


def _add_sqlite(page: Page) -> None:
    text = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info >= _SQLITE:
        page.line(("✓ ", "green"), text)
    else:
        page.line(
            ("✗ ", "yellow"),
            f"{text}: stages 13 to 15 need 3.35; a newer Python brings it",
        )


def _add_tool(page: Page, tool: Tool) -> None:
    if found := tool.where():
        page.line(("✓ ", "green"), f"{tool.name}: {found}")
    else:
        page.line(("✗ ", "yellow"), f"{tool.name}: not found; without it unchecked: {tool.without}")
