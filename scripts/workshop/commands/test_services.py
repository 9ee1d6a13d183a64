"""For maintainers: run the tests that need real servers, started by the tests themselves."""

import argparse
import os
import subprocess
import sys

from workshop import environment
from workshop.paths import REPOSITORY
from workshop.screen import Page
from workshop.tools import TOOLS

_NEEDED = ("PostgreSQL",)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("words", nargs="*", help="arguments for pytest, after `--`")


def run(options: argparse.Namespace) -> int:
    """Run pytest on `tests/services`; 0 when all servers are there and all tests pass."""
    environment.ensure("services")
    page = Page()
    for tool in map(TOOLS.__getitem__, _NEEDED):
        if missing := tool.missing():
            programs = ", ".join(missing)
            page.line(("✗ ", "red"), f"{tool.name}: no {programs} here; its tests fail below")
        else:
            page.line(("✓ ", "green"), f"{tool.name}: {tool.where()}")
    page.print()
    clean = {k: v for k, v in os.environ.items() if k not in ("WORKSHOP_COURSE", "DATABASE_URL")}
    command = [sys.executable, "-m", "pytest", "tests/services", *options.words]
    return 0 if subprocess.call(command, cwd=REPOSITORY, env=clean) == 0 else 1
