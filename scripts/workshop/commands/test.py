"""For maintainers: run the tests of the workshop itself."""

import argparse
import os
import subprocess
import sys

from workshop import environment
from workshop.paths import REPOSITORY


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("words", nargs="*", help="arguments for pytest, after `--`")


def run(options: argparse.Namespace) -> int:
    """Run pytest on `tests/`, several tests at once; 0 when all pass."""
    environment.ensure("tests")
    # What a maintainer has set for a course of their own is not for the tests.
    clean = {k: v for k, v in os.environ.items() if k != "WORKSHOP_COURSE"}
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *options.words]
    return 0 if subprocess.call(command, cwd=REPOSITORY, env=clean) == 0 else 1
