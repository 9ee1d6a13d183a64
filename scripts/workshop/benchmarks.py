"""Measures what students wait for, as ratios of commands that take turns in one run."""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workshop import starters
from workshop.course import Stage
from workshop.paths import REPOSITORY

Progress = Callable[[str], None]
# What a student types, from the first process on: the one that enters `.venv` is not there yet.
_PYTHON = str(getattr(sys, "_base_executable", sys.executable))
FRONT = (
    ["make", f"PYTHON={_PYTHON}"]
    if shutil.which("make")
    else [_PYTHON, str(REPOSITORY / "scripts" / "workshop")]
)


def count(word: str) -> int:
    """Return how often something is to be measured, as it was typed.

    Raises:
        argparse.ArgumentTypeError: when it is no number, or less than 1.

    """
    if not (word.isascii() and word.isdigit() and int(word) > 0):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 on")
    return int(word)


@dataclass(frozen=True)
class Row:
    """One comparison: medians in seconds, and the median of the ratios pair by pair."""

    what: str
    against: str
    seconds: float
    against_seconds: float
    ratio: float
    lowest: float
    highest: float


def cold_check(stage: Stage, runs: int) -> Row:
    """Compare `check-stage` with plain pytest, without plugin autoload, on the same suite."""
    pairs = []
    for _ in range(runs + 1):
        ours = timed([*FRONT, "check-stage", str(stage.number), "TARGET=solutions"], {})
        pairs.append((ours, plain_pytest(stage)))
    return _row(f"check-stage {stage.number}, cold", "plain pytest", pairs[1:])


def plain_pytest(stage: Stage) -> float:
    """Return the seconds of plain pytest, without plugin autoload, on a stage's solution.

    Raises:
        RuntimeError: when the suite fails.

    """
    variables = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "WORKSHOP_APP_DIR": str(stage.solution)}
    # From stage 9 on, a stage has a configuration for the student's own tests, which is nearer.
    ours = ["-c", str(REPOSITORY / "pyproject.toml"), "-q", "-p", "flask"]
    return timed([sys.executable, "-m", "pytest", *ours, str(stage.suite_dir)], variables)


def watched_save(stage: Stage, runs: int) -> Row:
    """Compare the time from a save to its verdict in `watch` with a cold check of the copy."""
    pairs = []
    with tempfile.TemporaryDirectory(prefix="workshop-bench-") as scratch:
        copy = Path(scratch)
        for name, text in starters.solved(stage).items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(text.encode())
        edited = copy / stage.changes[0]
        with _Watch(stage, copy) as watch:
            for number in range(runs + 1):
                started = time.perf_counter()
                edited.write_text(f"{edited.read_text(encoding='utf-8')}# save {number}\n")
                watch.wait_for_verdict()
                save = time.perf_counter() - started
                command = [*FRONT, "check-stage", str(stage.number), f"DIR={copy}"]
                pairs.append((save, timed(command, {})))
    return _row(f"watch {stage.number}, save to verdict", "check-stage, cold", pairs[1:])


class _Watch:
    """A `watch` under way, whose verdicts can be waited for."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        command = [*FRONT, "watch", str(stage.number), f"DIR={folder}"]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # make says that it was ended
            text=True,
            cwd=REPOSITORY,
            env=_environment(),
            start_new_session=True,
        )

    def __enter__(self) -> "_Watch":
        self.wait_for_verdict()
        time.sleep(0.5)  # until the file system is watched
        return self

    def __exit__(self, *exc: object) -> None:
        # Behind make there is more than one process; they are a group of their own.
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGTERM)
        else:
            self._process.terminate()
        self._process.communicate()

    def wait_for_verdict(self) -> None:
        output = self._process.stdout
        for line in output or ():
            if line.startswith("Checked in"):
                return
        raise RuntimeError("watch has ended")


def _environment() -> dict[str, str]:
    """Return an environment in which Python keeps compiled modules, as it does for students."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def timed(command: list[str], variables: dict[str, str]) -> float:
    """Return how many seconds a command takes.

    Args:
        command: the command.
        variables: environment variables to set for it.

    Raises:
        RuntimeError: when it fails.

    """
    started = time.perf_counter()
    done = subprocess.run(
        command, env=_environment() | variables, capture_output=True, text=True, cwd=REPOSITORY
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return seconds


def _row(what: str, against: str, pairs: list[tuple[float, float]]) -> Row:
    ratios = [ours / theirs for ours, theirs in pairs]
    return Row(
        what,
        against,
        statistics.median(ours for ours, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        statistics.median(ratios),
        min(ratios),
        max(ratios),
    )
