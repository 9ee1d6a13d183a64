"""Carries edits of a solution forward: stage N+1 contains stage N.

What an edit is, is told by git: the last commit's version of a file against the one on disk.
"""

import itertools
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from workshop import course, regions, starters
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.paths import course_root, shown


@dataclass
class Report:
    """What was done, and the files (with the number of their stage) that need a person."""

    lines: list[str] = field(default_factory=list)
    conflicts: list[tuple[int, str]] = field(default_factory=list)


def carry_forward(first: int) -> Report:
    """Bring each stage's edits into the next one, from the given stage on; remake the starters.

    Stops at the first stage with a conflict, which it leaves in the file, marked as git marks one.

    Args:
        first: the number of the stage whose edits are the first to be carried.

    Raises:
        UsageError: when a solution's markers are not right, or git cannot be asked.

    """
    report = Report()
    chain = course.stages()
    for stage, following in itertools.pairwise(chain):
        if stage.number < first:
            continue
        for name in starters.files_of(stage.solution):
            if name not in following.removes:
                _carry(name, stage, following, report)
        if report.conflicts:
            return report
    for stage in chain:
        _remake_starter(stage, report)
    return report


def _carry(name: str, stage: Stage, following: Stage, report: Report) -> None:
    target = following.solution / name
    current = starters.read(stage.solution / name)
    if name not in following.changes:
        if not target.exists() or starters.read(target) != current:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(current.encode())
            report.lines.append(f"{shown(target)}: copied from stage {stage.number}")
        return
    base = _committed(stage.solution / name)
    if base is None or base == current or not target.exists():
        return
    merged, clean = _merge(
        ours=starters.read(target), base=regions.solved(base), theirs=regions.solved(current)
    )
    if merged == starters.read(target):
        return
    target.write_bytes(merged.encode())
    if clean:
        report.lines.append(f"{shown(target)}: merged from stage {stage.number}")
    else:
        report.lines.append(f"{shown(target)}: CONFLICT with stage {stage.number}")
        report.conflicts.append((following.number, shown(target)))


def _remake_starter(stage: Stage, report: Report) -> None:
    if starters.recorded(stage) and starters.is_worked_on(stage):
        report.lines.append(f"{shown(stage.starter)}: worked on, its starter is left alone")
        return
    for name in starters.write(stage):
        report.lines.append(f"{shown(stage.starter / name)}: made from the solution")


def _committed(path: Path) -> str | None:
    """Return a file as the last commit has it; None when it is not in there."""
    relative = path.relative_to(course_root()).as_posix()
    try:
        found = subprocess.run(
            ["git", "show", f"HEAD:./{relative}"], cwd=course_root(), capture_output=True
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and `propagate` asks it what was edited.") from None
    return found.stdout.decode().replace("\r\n", "\n") if found.returncode == 0 else None


def _merge(ours: str, base: str, theirs: str) -> tuple[str, bool]:
    """Merge three versions of a file; return the text, and whether it is free of conflicts."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for name, text in (("this stage", ours), ("before", base), ("stage before", theirs)):
            paths.append(Path(scratch) / name)
            paths[-1].write_bytes(text.encode())
        command = ["git", "merge-file", "-p", "--diff3"]
        for path in paths:
            command += ["-L", path.name]
        done = subprocess.run([*command, *map(str, paths)], capture_output=True)
    if done.returncode < 0 or done.returncode > 127:
        raise UsageError(f"git could not merge: {done.stderr.decode().strip()}.")
    return done.stdout.decode(), done.returncode == 0
