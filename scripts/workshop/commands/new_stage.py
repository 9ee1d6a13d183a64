"""For maintainers: begin the stage after the last one."""

import argparse

from workshop import scaffolding
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.paths import shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("slug", nargs="?", help="the folder's name without number: status_codes")
    parser.add_argument("title", nargs="*", help="the title: Status codes")


def run(options: argparse.Namespace) -> int:
    """Make the files and say what to do with them."""
    if not options.slug or not options.title:
        example = command_line("new-stage", "status_codes", "'Status codes'")
        raise UsageError(f"A new stage needs a slug and a title: `{example}`.")
    stage = scaffolding.new_stage(options.slug, " ".join(options.title))
    print(f"Stage {stage.number} begins in {shown(stage.starter)} and {shown(stage.solution)}.")
    print("Write the solution with its regions, list what changes in stage.toml, then:")
    print(f"  {command_line('propagate', stage.number)}   # makes the starter")
    print(f"  {command_line('verify', stage.number)}   # says what is still missing")
    return 0
