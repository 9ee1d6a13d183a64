"""Show which stages and tasks are done, as the last checks found them."""

import argparse

from workshop import course, progress
from workshop.course import Stage
from workshop.front import command_line
from workshop.screen import Page


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(options: argparse.Namespace) -> int:
    """Print a line a stage, and the tasks of those that are begun."""
    page = Page()
    stages = course.stages()
    for stage in stages:
        _add(page, stage)
    following = next((stage for stage in stages if not progress.is_green(stage)), None)
    page.line()
    if following:
        page.line(f"Next: {command_line('check-stage', following.number)}")
    else:
        page.line("Every stage is green. Well done.")
    page.print()
    return 0


def _add(page: Page, stage: Stage) -> None:
    record = progress.record_of(stage)
    name = f"{stage.number:>2} · {stage.title:<44}"
    if progress.is_green(stage):
        page.line(("✓ ", "green"), name, ("green", "green"))
        return
    if not record:
        page.line(("· ", "dim"), name, ("not checked yet", "dim"))
        return
    said = f"{record['met']} of {record['of']} met"
    if "green" in record:
        said += ", was green before the last change"
    page.line(("✗ ", "yellow"), name, (said, "yellow"))
    for task in stage.tasks:
        done = record["tasks"].get(task.id)
        page.line(("       ✓ ", "green") if done else ("       · ", "dim"), task.title)
