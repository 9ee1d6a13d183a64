"""For maintainers: the gate; starter, solution, suite, hints, lesson and notebook agree."""

import argparse
import os

from workshop import course, environment, verification
from workshop.errors import UsageError
from workshop.screen import Page
from workshop.showing import progress_bar
from workshop.verification import Pages


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of one stage (default: all)")
    parser.add_argument(
        "--strict", action="store_true", help="a stage that is worked on is a finding"
    )
    pages = parser.add_mutually_exclusive_group()
    pages.add_argument(
        "--record",
        action="store_const",
        dest="pages",
        const=Pages.RECORDED,
        help="write the pages of known-wrong programs",
    )
    pages.add_argument(
        "--quick",
        action="store_const",
        dest="pages",
        const=Pages.OPENED,
        help="run each known-wrong program only on the test that has to fail",
    )
    parser.add_argument(
        "--rest",
        action="store_true",
        help="only the stages of which --quick leaves something out, as after `make test`",
    )
    parser.add_argument(
        "--apart",
        action="store_true",
        help="run the apps apart, as for grading; of known-wrong programs only the verdict",
    )
    parser.add_argument("--no-notebooks", action="store_true", help="leave point 7 out")


def run(options: argparse.Namespace) -> int:
    """Check the stages and print what was found; 0 when all seven points hold."""
    stages = [course.find(options.stage, "verify")] if options.stage else course.stages()
    if options.rest:
        if options.stage:
            raise UsageError("`--rest` is about all stages: leave the number out, or `--rest`.")
        stages = [stage for stage in stages if not stage.slow]
    if options.apart:
        if options.pages:
            raise UsageError("`--apart` compares no pages: leave `--record` or `--quick` out.")
        options.pages, options.no_notebooks = Pages.LEFT, True
    if not options.no_notebooks:
        environment.ensure("notebooks")
    with progress_bar("Verifying") as show:
        verdicts = verification.verify(
            stages,
            strict=options.strict or os.environ.get("WORKSHOP_STRICT") == "1",
            pages=options.pages or Pages.WHOLE,
            notebooks=not options.no_notebooks,
            progress=show,
            apart=options.apart,
        )
    page = Page()
    for verdict in verdicts:
        _add(page, verdict, notebooks=not options.no_notebooks)
    page.print()
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def _add(page: Page, verdict: verification.Verdict, *, notebooks: bool) -> None:
    stage = verdict.stage
    page.line((f"Stage {stage.number} · {stage.title}", "bold"))
    if verdict.worked_on:
        page.line(("  · worked on: left out of points 1 and 4", "yellow"))
    for point, says in verification.POINTS.items():
        if (verdict.worked_on and point in (1, 4) and not verdict.findings[point]) or (
            point == 7 and not notebooks
        ):
            page.line((f"  · {point} {says}: not checked", "dim"))
            continue
        found = verdict.findings[point]
        mark, style = ("✗", "red") if found else ("✓", "green")
        note = f" ({verdict.notes[point]})" if point in verdict.notes else ""
        page.line((f"  {mark} ", style), f"{point} {says}", (note, "dim"))
        for message in found:
            page.line((f"      {message}", "red"))
    page.line()
