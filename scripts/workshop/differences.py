"""Differences between two versions of an app, told by the tasks that they belong to."""

import difflib
from dataclasses import dataclass, field

from workshop import regions, starters
from workshop.course import Stage
from workshop.screen import Page, visible

Files = dict[str, str]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its name, and its files by relative path."""

    name: str
    files: Files = field(repr=False)


def add(page: Page, old: Side, new: Side, stage: Stage) -> bool:
    """Add the differences to a page, each with the task of the stage's solution it is part of.

    Lines of a new file that stood in one that is gone are marked with `=`: they have moved.

    Args:
        page: where to add.
        old: the version that is compared.
        new: the solution of `stage`, without markers.
        stage: whose tasks explain the differences.

    Returns:
        Whether there is any difference.

    """
    found = False
    gone = old.files.keys() - new.files.keys()
    moved = {line for name in gone for line in old.files[name].splitlines() if line.strip()}
    for name in sorted(old.files.keys() | new.files.keys()):
        before = old.files.get(name, "").splitlines()
        after = new.files.get(name, "").splitlines()
        if before == after:
            continue
        found = True
        page.line()
        if name not in new.files:
            page.line((name, "bold"), (f"   only in {old.name}", "red"))
            continue
        tasks = _tasks_by_line(stage, name) or [None] * len(after)
        if name in old.files:
            page.line(
                (f"{name}   ", "bold"), (f"- {old.name}", "red"), "   ", (f"+ {new.name}", "green")
            )
            _add_hunks(page, before, after, tasks, stage)
        else:
            page.line((f"{name}   ", "bold"), (f"+ {new.name}, a new file", "green"))
            page.line()
            _add_lines(page, after, tasks, stage, moved)
    return found


def _add_hunks(
    page: Page, before: list[str], after: list[str], tasks: list[str | None], stage: Stage
) -> None:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(3):
        first, last = group[0], group[-1]
        page.line()
        page.line((f"  lines {first[1] + 1}-{last[2]} → {first[3] + 1}-{last[4]}", "dim"))
        named: str | None = None
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                for line in before[i1:i2]:
                    page.line(f"    {visible(line)}")
                continue
            if j1 < j2:
                named = _name_task(page, tasks[j1], named, stage)
            for line in before[i1:i2]:
                page.line((f"  - {visible(line)}", "red"))
            _add_lines(page, after[j1:j2], tasks[j1:j2], stage, set(), named)


def _add_lines(
    page: Page,
    lines: list[str],
    tasks: list[str | None],
    stage: Stage,
    moved: set[str],
    named: str | None = None,
) -> None:
    """Add lines that are new; those that stood in a file that is gone have only moved."""
    for number, (line, task) in enumerate(zip(lines, tasks, strict=True)):
        if line.strip():
            named = _name_task(page, task, named, stage)
        # One line alone can be the same by chance.
        around = [n in moved for n in lines[max(number - 1, 0) : number + 2]]
        has_moved = line in moved and sum(around) > 1
        sign, style = ("=", "dim") if has_moved else ("+", "green")
        page.line((f"  {sign} {visible(line)}".rstrip(), style))


def _name_task(page: Page, task: str | None, named: str | None, stage: Stage) -> str | None:
    """Head the lines that follow with their task, where it is another one than before."""
    if task != named:
        head = f"{stage.task(task).title} (`{task}`):" if task else "Around the tasks:"
        page.line((f"  {head}", "bold cyan"))
    return task


def _tasks_by_line(stage: Stage, name: str) -> list[str | None]:
    """Return, for each line of a solved file, the task that its region belongs to."""
    path = stage.solution / name
    if not path.exists():
        return []
    ours = {task.id for task in stage.tasks}
    return [task if task in ours else None for task in regions.task_of_lines(starters.read(path))]
