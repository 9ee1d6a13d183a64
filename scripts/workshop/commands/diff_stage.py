"""Compare your code with the solution, difference by difference."""

import argparse
import sys

from workshop import course, differences, progress, starters
from workshop.front import command_line
from workshop.screen import Page


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")


def run(options: argparse.Namespace) -> int:
    """Show the differences, after a question where the stage is not green yet."""
    stage = course.find(options.stage, "diff-stage")
    if not progress.is_green(stage):
        number = stage.number
        print(
            f"Stage {number} is not green yet, as far as the last check knows. What follows is the "
            f"solution;\na hint may be enough: {command_line('hint', number)}"
        )
        if sys.stdin.isatty() and not _is_wanted():
            return 1
    page = Page()
    yours = differences.Side("yours", starters.student_files(stage))
    ours = differences.Side("solution", starters.solved(stage))
    if not differences.add(page, yours, ours, stage):
        page.line("Your code is the solution, to the letter.")
    page.print()
    return 0


def _is_wanted() -> bool:
    try:
        return input("Show it all the same? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        print()
        return False
