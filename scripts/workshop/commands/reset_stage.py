"""Give the starter of a stage back; your work is kept in a dated backup."""

import argparse

from workshop import course, resetting
from workshop.front import command_line
from workshop.paths import shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")


def run(options: argparse.Namespace) -> int:
    """Back up, then restore the starter."""
    stage = course.find(options.stage, "reset-stage")
    backup = resetting.reset(stage)
    if backup is None:
        print(f"{shown(stage.starter)} is the starter already: nothing to do.")
    else:
        print(f"{shown(stage.starter)} is the starter again. What you had is in {shown(backup)}.")
        print(f"Go on with: {command_line('check-stage', stage.number)}")
    return 0
