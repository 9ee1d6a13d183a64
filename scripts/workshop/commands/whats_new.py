"""Show what a stage's solution adds to the stage before."""

import argparse

from workshop import course, differences, starters
from workshop.screen import Page


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("stage", nargs="?", help="the number of the stage")


def run(options: argparse.Namespace) -> int:
    """Show the tasks, the files, and the differences by task."""
    stage = course.find(options.stage, "whats-new")
    before = next((s for s in reversed(course.stages()) if s.number < stage.number), None)
    old = starters.solved(before) if before else {}
    new = starters.solved(stage)
    page = Page()
    page.line((f"Stage {stage.number} · {stage.title}", "bold"))
    page.line()
    for task in stage.tasks:
        page.line(f"  · {task.title} (`{task.id}`)")
    page.line()
    for name in sorted(old.keys() | new.keys()):
        lines = len(new.get(name, "").splitlines())
        if name not in old:
            page.line((f"  + {name}", "green"), f"   {lines} lines, new")
        elif name not in new:
            page.line((f"  - {name}", "red"), "   gone")
        elif old[name] != new[name]:
            page.line(f"  ~ {name}   {len(old[name].splitlines())} → {lines} lines")
    name = f"stage {before.number}" if before else "nothing"
    ours = differences.Side(f"stage {stage.number}", new)
    differences.add(page, differences.Side(name, old), ours, stage)
    page.print()
    return 0
