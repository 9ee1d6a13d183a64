"""Measures how long a class takes to grade, against plain pytest on as many copies."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from workshop.benchmarks import FRONT, plain_pytest, timed
from workshop.course import Stage


@dataclass(frozen=True)
class Measure:
    """The seconds that a class takes for one stage, graded and under plain pytest."""

    stage: Stage
    students: int
    graded: float
    plain: float


def measures(stages: list[Stage], students: int, at_once: int) -> Iterator[Measure]:
    """Grade a class of right submissions, stage by stage; plain pytest takes turns with it.

    Args:
        stages: the stages.
        students: how many students.
        at_once: how many submissions at a time; as many processes of plain pytest.

    """
    for stage in stages:
        with tempfile.TemporaryDirectory(prefix="workshop-bench-") as scratch:
            folder = Path(scratch, "class")
            for number in range(students):
                copy = folder / f"student {number}" / stage.name
                shutil.copytree(stage.solution, copy, ignore=shutil.ignore_patterns("__pycache__"))
            words = [f"SUBMISSIONS={folder}", f"STAGES={stage.number}", f"WORKERS={at_once}"]
            graded = timed([*FRONT, "grade", *words, f"OUT={Path(scratch, 'out')}"], {})
            yield Measure(stage, students, graded, _plain(stage, students, at_once))


def _plain(stage: Stage, times: int, at_once: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: plain_pytest(stage), range(times)))
    return time.perf_counter() - started
