"""For maintainers: measure how long a class takes to grade, against plain pytest."""

import argparse

from workshop import benchmarks, course, grading_benchmarks
from workshop.front import command_line
from workshop.grading_benchmarks import Measure
from workshop.processes import workers
from workshop.screen import Page, Part


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--students", type=benchmarks.count, default=4, help="how many students (default: 4)"
    )
    parser.add_argument("--stages", help="which ones, as in 3, 1-7 or 1,3,5; all when not given")


def run(options: argparse.Namespace) -> int:
    """Measure and print a row for each stage when it is there; nothing is judged."""
    stages = course.several(options.stages, command_line("bench-grade", "STAGES=1-3"))
    found: list[Measure] = []
    _print((f"{'':46} {'graded':>8} {'pytest':>8}   ratio", "dim"))
    for measure in grading_benchmarks.measures(stages, options.students, workers()):
        found.append(measure)
        title = f"{measure.stage.number:>2} · {measure.stage.title}"
        _print(_row(title, measure.graded, measure.plain))
    graded = sum(measure.graded for measure in found)
    plain = sum(measure.plain for measure in found)
    _print(_row("all", graded, plain))
    _print()
    _print(f"{options.students} students, {workers()} at a time, each a right submission.")
    return 0


def _row(title: str, graded: float, plain: float) -> str:
    return f"{title:46} {graded:6.1f} s {plain:6.1f} s   {graded / plain:.2f}"


def _print(*parts: Part) -> None:
    """Print one line now: a class of thirty takes minutes for a stage, and an hour for all."""
    page = Page()
    page.line(*parts)
    page.print()
