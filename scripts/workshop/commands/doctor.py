"""Show what this machine has and lacks, and what that leaves unchecked."""

import argparse
import os
import platform
import shutil
import sys

from workshop import environment
from workshop.processes import CAN_FORK
from workshop.screen import Page

# Name, programs of which one is enough, and what goes unchecked or is slower without it.
_TOOLS = (
    ("git", ("git",), "`propagate`, and restoring files of the course"),
    ("make", ("make", "gmake"), "nothing: `python scripts/workshop COMMAND` does the same"),
    ("curl", ("curl",), "nothing: requests by hand need some HTTP client"),
    ("uv", ("uv",), "nothing: setting up takes longer with pip"),
    ("nginx", ("nginx",), "the reverse proxy of later stages"),
    ("Redis", ("redis-server",), "shared limits and caches of later stages"),
    ("PostgreSQL", ("postgres", "pg_ctl", "pg_ctlcluster"), "PostgreSQL in later stages"),
    ("a browser", ("chromium", "chromium-browser", "google-chrome"), "the pages of later stages"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(options: argparse.Namespace) -> int:
    """List what is there; 0 always, for nothing on the list is needed by every command."""
    page = Page()
    page.line(("✓ ", "green"), f"Python {platform.python_version()} on {platform.system()}")
    page.line(("✓ ", "green"), f".venv: {sys.prefix}")
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
    for name, programs, without in _TOOLS:
        _add_tool(page, name, programs, without)
    page.print()
    return 0


def _add_tool(page: Page, name: str, programs: tuple[str, ...], without: str) -> None:
    # Debian keeps servers where ordinary users' PATH does not look.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = next((where for program in programs if (where := shutil.which(program, path=path))), "")
    if found:
        page.line(("✓ ", "green"), f"{name}: {found}")
    else:
        page.line(("✗ ", "yellow"), f"{name}: not found; without it unchecked: {without}")
