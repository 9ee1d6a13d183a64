"""For maintainers: measure the newest API under Gunicorn against a bare Flask view."""

import argparse

from workshop import api_benchmarks, benchmarks, course
from workshop.screen import Page
from workshop.showing import progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of one stage (default: the newest)")
    parser.add_argument(
        "--rounds", type=benchmarks.count, default=5, help="turns of each (default: 5)"
    )
    parser.add_argument(
        "--seconds", type=benchmarks.count, default=2, help="seconds a turn (default: 2)"
    )


def run(options: argparse.Namespace) -> int:
    """Measure, then print a table; nothing is judged."""
    stage = course.find(options.stage, "bench-api") if options.stage else course.stages()[-1]
    with progress_bar("Measuring") as show:
        rows = api_benchmarks.measure(stage, options.rounds, options.seconds, show)
    page = Page()
    page.line((f"Stage {stage.number} · {stage.title}", "bold"))
    page.line((f"{'':28} {'requests/s':>10}   of a bare Flask view (lowest to highest)", "dim"))
    for row in rows:
        spread = f"({row.lowest:.2f} to {row.highest:.2f})"
        page.line(f"{row.what:28} {row.rate:10.0f}   {row.ratio:.2f}  {spread}")
    page.line()
    page.line(f"Medians of {options.rounds} rounds in which all took turns, with the token checked")
    page.line("and the limits on. SQLite; one worker; the caches of the process.")
    page.print()
    return 0
