"""Runs of suites, each apart from whoever asks for it.

A student's code can end, hang or fill the memory of its own run alone. The caller holds a
`Running`, to wait for or to cancel.
"""

import contextlib
import filecmp
import itertools
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from workshop import course, outcomes
from workshop.course import Stage
from workshop.errors import UsageError
from workshop.outcomes import Outcome
from workshop.processes import (
    CAN_FORK,
    Process,
    Serve,
    Spawned,
    Zygote,
    preload_for,
    serving_suites,
    workers,
)
from workshop.removal import remove
from workshop.suite.session import Job

# Joining costs a fork and a second warm-up: a short suite is over sooner without.
_ALONE_SECONDS = 0.5
_REPORTS = "reports"
# Users and groups that nobody has, beyond those of people, services and containers. Each run at a
# time has one of its own, also beside those of others: the system counts processes by user.
_FIRST_USER = 2_000_000_000 + secrets.randbelow(100_000_000)
_users = itertools.cycle(range(_FIRST_USER, _FIRST_USER + 512))
_APART = tuple(f"workshop.suite.apart.{name}" for name in ("guest", "launcher", "practice"))
# Of a student's folder, not copied: what no app is.
_LEFT = (".venv", ".git", "__pycache__", "node_modules")


@dataclass(frozen=True)
class Hidden:
    """Tests beside those of a suite, in files `hidden_*.py` of a folder; `seed` decides values."""

    folder: Path
    seed: str


def hidden_of(stage: Stage, seed: str, top: Path | None = None) -> Hidden | None:
    """Return the hidden tests of a stage; None when there are none.

    Args:
        stage: the stage.
        seed: decides the values that they ask with.
        top: the folder that holds a folder for each stage, as `01`; that of the course if None.

    """
    folder = (top or stage.root / "tests" / "hidden") / f"{stage.number:02}"
    return Hidden(folder.resolve(), seed) if any(folder.glob("hidden_*.py")) else None


class Running:
    """A run under way, in a process that others may join."""

    def __init__(
        self, stage: Stage, app_dir: Path, process: Process, scratch: Path, copy: Path | None = None
    ) -> None:
        """Take what runs.

        Args:
            stage: whose suite it is.
            app_dir: the folder of the app, as it is shown.
            process: where it runs.
            scratch: a folder of its own, with its reports.
            copy: the folder from which the app is loaded, where that is another one.

        """
        self.stage = stage
        self.app_dir = app_dir
        self._copy = copy or app_dir
        self.is_over = False
        self._process = process
        self._scratch = scratch
        self._started = time.monotonic()

    def progress(self) -> tuple[int, int]:
        """Return how many tests have their verdict, and how many there are (0 while loading)."""
        return outcomes.progress(self._reports())

    def seconds(self) -> float:
        """Return how long ago the run was started."""
        return time.monotonic() - self._started

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the run; tell whether it has ended."""
        return self._process.wait(seconds)

    def cancel(self) -> None:
        """End the run and all that it started; there is no outcome."""
        self._end()

    def outcome(self, seconds: float | None = None) -> Outcome:
        """Wait for the end, and return what the run reported.

        Args:
            seconds: how long to wait at most; the stage says it when not given.

        """
        in_time = self.wait(self.stage.suite_seconds if seconds is None else seconds)
        reports = self._reports()
        outcome = outcomes.read(self.stage, self.app_dir, reports, in_time, self._copy)
        if self._copy != self.app_dir and (name := _first_changed(self.app_dir, self._copy)):
            outcome.tampered = f"while it ran, its own file {name} was changed"
        outcome.seconds = self.seconds()
        self._end()
        return outcome

    def _reports(self) -> list[Path]:
        # The first one counts also where it never came so far as to report.
        reports = self._scratch / _REPORTS
        return sorted({reports / "0", *(path for path in reports.iterdir() if path.is_dir())})

    def _end(self) -> None:
        """End what the student's code may have left behind, too, and remove what it wrote."""
        self._process.kill()
        self._process.wait(5)
        remove(self._scratch)
        self.is_over = True


def _written(file: Path, text: str) -> str:
    """Write a text, and return where it is."""
    file.write_text(text, encoding="ascii")
    return str(file)


def _first_changed(folder: Path, copy: Path) -> str:
    """Return the first file of a folder that is no longer the same in the copy; empty if none."""
    for file in sorted(folder.rglob("*.py")):
        name = file.relative_to(folder)
        if any(part in _LEFT for part in name.parts):
            continue
        other = copy / name
        with contextlib.suppress(OSError):
            if not other.is_symlink() and filecmp.cmp(file, other, shallow=False):
                continue
        return name.as_posix()
    return ""


class Runner:
    """Starts runs. One at a time: start the next one when the last has ended or is cancelled."""

    def __init__(
        self,
        zygote: Zygote | None,
        processes: int = 1,
        alone_seconds: float = 0,
        apart: bool = False,
        user: int = 0,
    ) -> None:
        """Take what forks the runs, None where there is no fork.

        Args:
            zygote: forks the runs; it ends with this runner.
            processes: how many processes may share the tests of a run, where there is fork.
            alone_seconds: how long a run is left to one process, before others join it.
            apart: whether apps run in processes of their own, on a copy; then tests run in one.
            user: as whom it all runs then, where this is root.

        """
        self._zygote = zygote
        self._apart = apart
        self._user = user
        self._processes = processes if zygote else 1
        self._alone_seconds = alone_seconds
        self._running: Running | None = None

    def __enter__(self) -> "Runner":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._running and not self._running.is_over:
            self._running.cancel()
        if self._zygote:
            self._zygote.close()

    def start(
        self,
        stage: Stage,
        app_dir: Path,
        test_seconds: float | None = None,
        only: str = "",
        hidden: Hidden | None = None,
    ) -> Running:
        """Start the suite of a stage on the app in a folder.

        Args:
            stage: whose suite to run.
            app_dir: the folder of the app.
            test_seconds: how long a test may take; the stage says it when not given.
            only: the id of the one test to run; the whole suite when empty.
            hidden: more tests to run with the suite, where the app is apart.

        """
        scratch = Path(tempfile.mkdtemp(prefix="workshop-run-"))
        copy = app_dir
        if self._apart:
            scratch.chmod(0o711)
            (scratch / "work").mkdir()
            copy = Path(
                shutil.copytree(app_dir, scratch / "app", ignore=shutil.ignore_patterns(*_LEFT))
            )
        (scratch / _REPORTS).mkdir()
        job = replace(
            _job(stage, copy, scratch / _REPORTS, test_seconds),
            processes=1 if self._apart else stage.at_once(self._processes),
            work=str(scratch / "work") if self._apart else "",
            user=self._user,
            alone_seconds=self._alone_seconds,
            only=only,
            hidden=str(hidden.folder) if hidden else "",
            seed_file=_written(scratch / _REPORTS / "seed", hidden.seed) if hidden else "",
        )
        process: Process = self._zygote.run(job.to_json()) if self._zygote else Spawned(job)
        self._running = Running(stage, app_dir, process, scratch, copy)
        return self._running


def single_runner() -> Runner:
    """Return what starts one run, from cold, on as many cores as it pays to use."""
    zygote = Zygote.several(1, serving_suites())[0] if CAN_FORK else None
    return Runner(zygote, processes=workers(), alone_seconds=_ALONE_SECONDS)


def apart_runner(stage: Stage) -> Runner:
    """Return what starts runs of one suite whose apps are apart.

    Raises:
        UsageError: where there is no fork.

    """
    return apart_runners(1, stage)[0]


def apart_runners(count: int, stage: Stage, app_dir: Path | None = None) -> list[Runner]:
    """Return so many of what starts runs of one suite whose apps are apart; see `runners`.

    Args:
        count: how many runs there can be at once.
        stage: whose suite they run.
        app_dir: not needed, as nothing of an app is loaded before its run.

    Raises:
        UsageError: where there is no fork.

    """
    if not CAN_FORK:
        raise UsageError("Apps run apart where there is fork: on Linux and macOS, and in WSL.")
    zygotes = Zygote.anew(count, __name__, serving_apart.__name__, str(stage.starter))
    return [Runner(zygote, apart=True, user=next(_users)) for zygote in zygotes]


def serving_apart(folder: str) -> Serve:
    """Return what a zygote does to run the suite of the stage in a folder, its apps apart."""
    return serving_suites(_preload_apart(course.load(Path(folder))))


def _preload_apart(stage: Stage) -> Iterator[str]:
    """Yield what to load before apps are forked; what an app uses is found out with the rest."""
    yield from [*preload_for([stage]), *_APART]
    from workshop import confinement
    from workshop.suite import launch
    from workshop.suite.apart import practice

    launch.entry_points()
    confinement.available()
    if not stage.app_is_given:
        yield from practice.modules_of(stage)


def runners(count: int, stage: Stage, app_dir: Path, processes: int = 1) -> list[Runner]:
    """Return so many of what starts runs of one suite; what they share is loaded once.

    Where there is fork, they do not see later changes of the suite.

    Args:
        count: how many runs there can be at once.
        stage: whose suite they run.
        app_dir: the folder of an app; runs can be of others.
        processes: how many processes may share the tests of a run.

    """
    if not CAN_FORK:
        return [Runner(None) for _ in range(count)]
    first = _job(stage, app_dir, report=Path())
    zygotes = Zygote.several(count, serving_suites(preload_for([stage]), first))
    return [Runner(zygote, processes) for zygote in zygotes]


def _job(
    stage: Stage,
    app_dir: Path,
    report: Path,
    test_seconds: float | None = None,
) -> Job:
    return Job(
        root=str(stage.root),
        suite=str(stage.suite_dir),
        app_dir=str(app_dir.resolve()),
        app="" if stage.app_is_given else stage.app,
        report=str(report),
        test_seconds=test_seconds or stage.test_seconds,
    )
