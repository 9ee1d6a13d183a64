"""What a student has done; green is remembered with the hash of what was green."""

import hashlib
from typing import Any

from workshop import starters, state
from workshop.course import Stage
from workshop.outcomes import Outcome, all_met

_NAME = "progress"


def remember(outcome: Outcome) -> None:
    """Record a run of the student's own folder; runs of solutions and copies are not progress."""
    stage = outcome.stage
    if outcome.app_dir != stage.starter or not outcome.results:
        return
    records = state.load(_NAME)
    record = records[stage.name] = record_of(stage)
    record["tasks"] = {
        task.id: all_met(r for r in outcome.results if r.task == task.id) for task in stage.tasks
    }
    record["met"] = outcome.met
    record["of"] = len(outcome.results)
    if outcome.green:
        record["green"] = fingerprint(stage)
    state.save(_NAME, records)


def record_of(stage: Stage) -> dict[str, Any]:
    """Return what is remembered of a stage: `tasks`, `met`, `of`, and `green` once it was.

    It is empty where nothing is remembered, or what is there was not written by `remember`.
    """
    record = state.load(_NAME).get(stage.name, {})
    whole = isinstance(record.get("tasks"), dict) and {"met", "of"} <= record.keys()
    return record if whole else {}


def is_green(stage: Stage) -> bool:
    """Tell whether the stage was green just as its files are now."""
    return record_of(stage).get("green") == fingerprint(stage)


def fingerprint(stage: Stage) -> str:
    """Return a hash of all that a verdict depends on: the student's files and the suite."""
    digest = hashlib.sha256()
    for name in starters.files_of(stage.starter):
        if name.endswith(".py"):
            digest.update(name.encode() + b"\0")
            digest.update((stage.starter / name).read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
