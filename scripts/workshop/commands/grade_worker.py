"""Grade for `grade BROKER=…`, which gives orders to workers on as many machines as you like."""

import argparse

from workshop import confinement
from workshop.commands.grade import count_of
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.processes import CAN_FORK


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--broker", help="redis://…, amqp://… or a folder, as for grade")
    parser.add_argument("--workers", default="", help="how many submissions to run at a time")
    parser.add_argument(
        "--require-isolation",
        choices=confinement.LEVELS,
        default="none",
        help="refuse to run anything with less than this",
    )


def run(options: argparse.Namespace) -> int:
    """Carry out orders until Ctrl-C."""
    if not options.broker:
        raise UsageError(f"Whose orders? `{command_line('grade-worker', 'BROKER=folder')}`.")
    if not CAN_FORK:
        raise UsageError("Apps run apart where there is fork: on Linux and macOS, and in WSL.")
    at_once = count_of(options.workers)
    if said := confinement.missing(options.require_isolation, confinement.available()):
        raise UsageError(f"{said[0].upper()}{said[1:]}")
    from workshop.grading import spreading

    print(f"Waiting for orders, {at_once} at a time. Ctrl-C ends it.", flush=True)
    spreading.serve(options.broker, at_once)
    return 0
