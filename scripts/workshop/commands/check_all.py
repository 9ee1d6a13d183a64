"""Check every stage, several at once, and show a table."""

import argparse

from workshop import course, pool, progress, targets
from workshop.front import command_line
from workshop.outcomes import Outcome
from workshop.screen import Page
from workshop.showing import progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--target", choices=["stages", "solutions"], default="stages")
    parser.set_defaults(dir=None)


def run(options: argparse.Namespace) -> int:
    """Run the suites in parallel; 0 when all stages are green."""
    stages = course.stages()
    wanted = [pool.Wanted(stage, targets.folder(stage, options)) for stage in stages]
    outcomes: dict[int, Outcome] = {}
    with progress_bar("Checking all stages") as show:
        for index, outcome in pool.outcomes(wanted):
            outcomes[index] = outcome
            progress.remember(outcome)
            show(len(outcomes), len(wanted))
    page = Page()
    for index in range(len(stages)):
        _add(page, outcomes[index])
    green = sum(outcome.green for outcome in outcomes.values())
    page.line()
    page.line(f"{green} of {len(stages)} stages are green.")
    first = next((o for _, o in sorted(outcomes.items()) if not o.green), None)
    if first:
        words = [] if options.target == "stages" else ["TARGET=solutions"]
        page.line(f"Next: {command_line('check-stage', first.stage.number, *words)}")
    page.print()
    return 0 if green == len(stages) else 1


def _add(page: Page, outcome: Outcome) -> None:
    stage = outcome.stage
    met = outcome.met
    mark, style = ("✓", "green") if outcome.green else ("✗", "red")
    said = f"{met:>3} of {len(outcome.results):<3}" if outcome.results else "does not load"
    page.line(
        (f"{mark} ", style),
        f"{stage.number:>2} · {stage.title:<44} ",
        (f"{said:<14}", style),
        (f"{outcome.seconds:5.1f} s", "dim"),
    )
