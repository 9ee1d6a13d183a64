"""For maintainers: measure what students wait for, as ratios in one run."""

import argparse

from workshop import benchmarks, course
from workshop.screen import Page
from workshop.showing import progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--runs", type=benchmarks.count, default=7, help="counted runs of each (default: 7)"
    )
    parser.add_argument(
        "--stages", type=benchmarks.count, default=3, help="how many stages (default: 3)"
    )


def run(options: argparse.Namespace) -> int:
    """Measure, then print a table; nothing is judged."""
    stages = course.stages()[: options.stages]
    measures = [benchmarks.cold_check, benchmarks.watched_save]
    rows: list[benchmarks.Row] = []
    with progress_bar("Measuring") as show:
        for measure in measures:
            for stage in stages:
                rows.append(measure(stage, options.runs))
                show(len(rows), len(measures) * len(stages))
    page = Page()
    page.line((f"{'':30} {'':22} {'s':>6} {'s':>6}   ratio (lowest to highest)", "dim"))
    for row in rows:
        page.line(
            f"{row.what:30} against {row.against:18} {row.seconds:6.2f} {row.against_seconds:6.2f}"
            f"   {row.ratio:.2f}  ({row.lowest:.2f} to {row.highest:.2f})"
        )
    page.line()
    page.line(f"Medians of {options.runs} pairs that took turns, after one that is not counted.")
    page.print()
    return 0
