"""Check a stage: run its suite on your code and show what to mend first."""

import argparse

from workshop import course, targets
from workshop.runs import apart_runner, single_runner


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")
    targets.add_arguments(parser)
    parser.add_argument(
        "--apart", action="store_true", help="run the app in processes of its own, as for grading"
    )


def run(options: argparse.Namespace) -> int:
    """Run the suite and print the page; 0 when green, else 1."""
    stage = course.find(options.stage, "check-stage")
    folder = targets.folder(stage, options)
    with apart_runner(stage) if options.apart else single_runner() as runner:
        running = runner.start(stage, folder)
        # The run is under way in its own process: load what prints in the meantime.
        from workshop import progress, report, showing

        outcome = showing.awaited(running)
    progress.remember(outcome)
    report.page_of(outcome).print()
    return 0 if outcome.green else 1
