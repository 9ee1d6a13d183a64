"""The marked regions of a solution, from which its starter is made.

A region stands between `# BEGIN SOLUTION task-id: what to do` and `# END SOLUTION`. In the starter
it becomes `# TODO task-id: what to do`, followed by its `# STARTER:` lines, if it has any.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_BEGIN = re.compile(r"(\s*)# BEGIN SOLUTION (?P<task>[a-z0-9-]+): (?P<todo>\S.*)")
_END = re.compile(r"\s*# END SOLUTION")
_STARTER = re.compile(r"\s*# STARTER:(?: (?P<line>.*))?")
# Anything that looks as if it was meant as a marker, so that a typo is an error and not a leak.
_NEARLY = re.compile(r"#\s*(BEGIN|END)[ _-]?SOLUTION|#\s*STARTER\b", re.IGNORECASE)


class MarkerError(ValueError):
    """A marker that is unbalanced, misspelled, or names a task that there is not."""


@dataclass(frozen=True)
class Region:
    """One marked region: its task, what the TODO says, the starter's lines and the solution's."""

    task: str
    todo: str
    indent: str
    starter: tuple[str, ...]
    solution: tuple[str, ...]


def solved(text: str) -> str:
    """Return a solution as people read it: without markers.

    Raises:
        MarkerError: when the markers are not right.

    """
    lines: list[str] = []
    for part in _parts(text):
        lines += part.solution if isinstance(part, Region) else [part]
    return _joined(lines)


def starter(text: str, tasks: Collection[str], earlier: Collection[str] = ()) -> str:
    """Return the starter that a solution yields.

    Args:
        text: the solution.
        tasks: the ids of the stage's tasks, whose regions become TODOs.
        earlier: ids of tasks of earlier stages, whose regions stay solved.

    Raises:
        MarkerError: when the markers are not right, or a region names another task.

    """
    lines: list[str] = []
    for part in _parts(text):
        if not isinstance(part, Region):
            lines.append(part)
        elif part.task in tasks:
            lines.append(f"{part.indent}# TODO {part.task}: {part.todo}")
            lines += [f"{part.indent}{line}".rstrip() for line in part.starter]
        elif part.task in earlier:
            lines += part.solution
        else:
            raise MarkerError(f"a region names the task `{part.task}`, which there is not")
    return _joined(lines)


def all_in(text: str) -> list[Region]:
    """Return the regions of a solution, in order."""
    return [part for part in _parts(text) if isinstance(part, Region)]


def task_of_lines(text: str) -> list[str | None]:
    """Return the task of each line of `solved(text)`; None outside regions."""
    lines: list[str] = []
    tasks: list[str | None] = []
    for part in _parts(text):
        own = part.solution if isinstance(part, Region) else (part,)
        lines += own
        tasks += [part.task if isinstance(part, Region) else None] * len(own)
    return [tasks[index] for index in _kept(lines)]


def _parts(text: str) -> Iterator[str | Region]:
    """Yield the lines outside regions, and each region as a whole."""
    begin: re.Match[str] | None = None
    solution: list[str] = []
    replacement: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _BEGIN.fullmatch(line):
            if begin:
                raise MarkerError(f"line {number}: a region begins inside another one")
            begin, solution, replacement = match, [], []
        elif _END.fullmatch(line):
            if not begin:
                raise MarkerError(f"line {number}: END SOLUTION without a BEGIN")
            yield Region(
                begin["task"], begin["todo"], begin[1], tuple(replacement), tuple(solution)
            )
            begin = None
        elif begin and (match := _STARTER.fullmatch(line)):
            replacement.append(match["line"] or "")
        elif _NEARLY.search(line):
            raise MarkerError(
                f"line {number}: not a marker as it should be: `{line.strip()}` "
                "(`# BEGIN SOLUTION task-id: what to do`, `# END SOLUTION`, `# STARTER: line`)"
            )
        elif begin:
            solution.append(line)
        else:
            yield line
    if begin:
        raise MarkerError(f"the region of `{begin['task']}` has no END SOLUTION")


def _joined(lines: list[str]) -> str:
    """Return lines as a text, where a removed block has left no more than two blank lines."""
    return "".join(f"{lines[index].rstrip()}\n" for index in _kept(lines))


def _kept(lines: list[str]) -> list[int]:
    """Return the indexes of the lines to keep: no third blank line in a row, none at the ends."""
    kept: list[int] = []
    for index, line in enumerate(lines):
        two_blank = len(kept) > 1 and not any(lines[i].strip() for i in kept[-2:])
        if line.strip() or (kept and not two_blank):
            kept.append(index)
    while kept and not lines[kept[-1]].strip():
        kept.pop()
    return kept
