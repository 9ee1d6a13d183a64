"""Check a stage after every save."""

import argparse
import os
import sys

from workshop import course, progress, targets, watching


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")
    targets.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Check now and after each save, until Ctrl-C; the exit code is the last verdict's."""
    stage = course.find(options.stage, "watch")
    folder = targets.folder(stage, options)
    green = False
    try:
        for outcome in watching.outcomes(stage, folder):
            green = outcome.green
            progress.remember(outcome)
            watching.show(outcome)
        print("\nThe tests have changed: starting again.", flush=True)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    except KeyboardInterrupt:
        print("\nNo longer watching.")
    return 0 if green else 1
