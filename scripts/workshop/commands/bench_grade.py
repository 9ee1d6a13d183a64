"""For maintainers: measure how long a class takes to grade, against plain pytest."""

import argparse

from workshop import course, grading_benchmarks
from workshop.front import command_line
from workshop.grading_benchmarks import Measure
from workshop.processes import workers
from workshop.screen import Page
from workshop.showing import progress_bar


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--students", type=int, default=4, help="how many students (default: 4)")
    parser.add_argument("--stages", help="which ones, as in 3, 1-7 or 1,3,5; all when not given")


def run(options: argparse.Namespace) -> int:
    """Measure, then print a table; nothing is judged."""
    stages = course.several(options.stages, command_line("bench-grade", "STAGES=1-3"))
    found: list[Measure] = []
    with progress_bar("Measuring") as show:
        for measure in grading_benchmarks.measures(stages, options.students, workers()):
            found.append(measure)
            show(len(found), len(stages))
    page = Page()
    page.line((f"{'':46} {'graded':>8} {'pytest':>8}   ratio", "dim"))
    for measure in found:
        title = f"{measure.stage.number:>2} · {measure.stage.title}"
        page.line(
            f"{title:46} {measure.graded:6.1f} s {measure.plain:6.1f} s   {measure.ratio:.2f}"
        )
    graded = sum(measure.graded for measure in found)
    plain = sum(measure.plain for measure in found)
    page.line(f"{'all':46} {graded:6.1f} s {plain:6.1f} s   {graded / plain:.2f}")
    page.line()
    page.line(f"{options.students} students, {workers()} at a time, each a right submission.")
    page.print()
    return 0
