"""Serve the solution of a stage on 127.0.0.1 and say what to try with curl."""

import argparse

from workshop import course, serving, targets


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")
    parser.add_argument("--port", default="5000", help="the port (default: 5000)")
    parser.set_defaults(target="solutions", dir=None)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    stage = course.find(options.stage, "run-solution")
    folder = targets.folder(stage, options)
    return serving.serve(stage, folder, options.port, command="run-solution", debug=False)
