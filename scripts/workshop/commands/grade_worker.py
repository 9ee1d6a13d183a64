"""Grade for `grade BROKER=…`, which gives orders to workers on as many machines as you like."""

import argparse

from workshop.errors import UsageError
from workshop.front import command_line
from workshop.grading import machine


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--broker", help="redis://…, amqp://… or a folder, as for grade")
    machine.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Carry out orders until Ctrl-C."""
    if not options.broker:
        raise UsageError(f"Whose orders? `{command_line('grade-worker', 'BROKER=folder')}`.")
    at_once = machine.at_once(options)
    from workshop.grading import spreading

    print(f"Waiting for orders, {at_once} at a time. Ctrl-C ends it.", flush=True)
    spreading.serve(options.broker, at_once)
    return 0
