"""For maintainers: run the tests of the workshop itself."""

import argparse
import os
import subprocess
import sys

from workshop import course, environment
from workshop.front import command_line
from workshop.paths import REPOSITORY

NO_TESTS = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--stages",
        help="3, 1-7 or 1,3,5: leave out what is about other stages, and attacks on grading",
    )
    parser.add_argument("words", nargs="*", help="arguments for pytest, after `--`")


def run(options: argparse.Namespace) -> int:
    """Run pytest on `tests/`, several tests at once, then those that run alone; 0 when all pass."""
    environment.ensure("tests")
    # What a maintainer has set for a course of their own is not for the tests.
    clean = {k: v for k, v in os.environ.items() if k != "WORKSHOP_COURSE"}
    if options.stages:
        chosen = course.several(options.stages, command_line("test", "STAGES=1-3"))
        clean["WORKSHOP_TEST_STAGES"] = " ".join(str(stage.number) for stage in chosen)
    together = ("-n", "auto", "--dist", "worksteal", "-m", "not alone")
    codes = [
        subprocess.call(
            [sys.executable, "-m", "pytest", *how, *options.words], cwd=REPOSITORY, env=clean
        )
        for how in (together, ("-m", "alone"))
    ]
    # A selection may leave nothing for one of both; pytest has an exit code for that.
    passed = [code in (0, NO_TESTS) for code in codes]
    return 0 if all(passed) and 0 in codes else 1
