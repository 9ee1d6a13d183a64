"""What the machine has to offer for grading, and what a user asks of it."""

import argparse

from workshop import confinement
from workshop.errors import UsageError
from workshop.processes import CAN_FORK, workers

_MOST = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `WORKERS` and `REQUIRE_ISOLATION`."""
    parser.add_argument("--workers", default="", help="how many submissions to run at a time")
    parser.add_argument(
        "--require-isolation",
        choices=confinement.LEVELS,
        default="none",
        help="refuse to run anything with less than this",
    )


def at_once(options: argparse.Namespace) -> int:
    """Return how many submissions to run at a time.

    Raises:
        UsageError: when that is no number of workers, or this machine cannot run submissions apart,
            or not with as much isolation as is asked for.

    """
    if not CAN_FORK:
        raise UsageError("Apps run apart where there is fork: on Linux and macOS, and in WSL.")
    if said := confinement.missing(options.require_isolation, confinement.available()):
        raise UsageError(f"{said[0].upper()}{said[1:]}")
    word = options.workers
    if not word:
        return workers()
    if not (word.isascii() and word.isdigit() and 0 < int(word) <= _MOST):
        raise UsageError(f"WORKERS={word} is not a number of workers: give 1 to {_MOST}.")
    return int(word)
