"""Show the next hint for the first thing that is not right yet; each call goes deeper."""

import argparse

from workshop import course, hints, progress, report, targets
from workshop.course import Stage, Task
from workshop.front import command_line
from workshop.runs import single_runner
from workshop.screen import Page
from workshop.showing import awaited


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")
    parser.add_argument("--task", help="the id of a task, instead of the first that fails")
    parser.set_defaults(target="stages", dir=None)


def run(options: argparse.Namespace) -> int:
    """Find the first failing task and show its next hint; 0 when there is nothing to hint at."""
    stage = course.find(options.stage, "hint")
    if options.task:
        _page(stage, stage.task(options.task)).print()
        return 1
    folder = targets.folder(stage, options)
    with single_runner() as runner:
        outcome = awaited(runner.start(stage, folder))
    progress.remember(outcome)
    first = outcome.first_failure
    if first is None or first.task is None:
        # All is met, or something is in the way that a hint for a task does not help with.
        report.page_of(outcome).print()
    else:
        # Where a part is enough, a test is about what goes wrong, and not about what is asked for.
        aim = f"{'to meet' if first.share is None else 'to catch'}: {first.requirement}"
        _page(stage, stage.task(first.task), aim).print()
    return 0 if outcome.green else 1


def _page(stage: Stage, task: Task, aim: str = "") -> Page:
    page = Page()
    number, text = hints.next_hint(stage, task)
    page.line((f"Hint {number} of {len(task.hints)}: {task.title}", "bold"))
    if aim:
        page.line((aim, "dim"))
    page.line()
    for line in text.splitlines():
        # Indented lines are code and stay as they are; empty ones part paragraphs.
        if not line or line.startswith(("    ", "\t")):
            page.line(f"  {line}".rstrip())
        else:
            page.paragraph(line, indent=2)
    page.line()
    if number < len(task.hints):
        page.line(f"Still stuck? {command_line('hint', stage.number)} again goes one step further.")
    else:
        page.line("That was the last hint for this one. The solution, with your code beside it:")
        page.line(f"  {command_line('diff-stage', stage.number)}")
    return page
