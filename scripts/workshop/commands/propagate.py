"""For maintainers: carry an edit of a solution forward, and remake the starters."""

import argparse

from workshop import propagation
from workshop.front import command_line


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="start at this stage (default: the first)")


def run(options: argparse.Namespace) -> int:
    """Merge forward, then remake the starters; 1 when there are conflicts to resolve."""
    report = propagation.carry_forward(int(options.stage) if options.stage else 1)
    for line in report.lines:
        print(line)
    if report.conflicts:
        print("Resolve these by hand, then go on from the stage that has them:")
        for number, path in report.conflicts:
            print(f"  {path}: {command_line('propagate', number)}")
        return 1
    print("Every later stage has the edits, and every starter is what its solution yields.")
    return 0
