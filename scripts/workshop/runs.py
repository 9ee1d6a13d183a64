"""Runs of suites, each apart from whoever asks for it.

A student's code can end, hang or fill the memory of its own run alone. The caller holds a
`Running`, to wait for or to cancel.
"""

import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from workshop import outcomes
from workshop.course import Stage
from workshop.outcomes import Outcome
from workshop.processes import CAN_FORK, Process, Spawned, Zygote
from workshop.suite.session import Job

SUITE_SECONDS = 120


class Running:
    """A run under way, in one process or several that share the tests."""

    def __init__(
        self, stage: Stage, app_dir: Path, processes: Sequence[Process], scratch: Path
    ) -> None:
        self.stage = stage
        self.app_dir = app_dir
        self.is_over = False
        self._processes = processes
        self._scratch = scratch
        self._started = time.monotonic()

    def progress(self) -> tuple[int, int]:
        """Return how many tests have their verdict, and how many there are (0 while loading)."""
        return outcomes.progress(self._reports())

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the run; tell whether it has ended."""
        until = time.monotonic() + seconds
        return all([p.wait(max(0.0, until - time.monotonic())) for p in self._processes])

    def cancel(self) -> None:
        """End the run and all that it started; there is no outcome."""
        self._end()

    def outcome(self, seconds: float = SUITE_SECONDS) -> Outcome:
        """Wait for the end, at most so many seconds, and return what the run reported."""
        in_time = self.wait(seconds)
        outcome = outcomes.read(self.stage, self.app_dir, self._reports(), in_time)
        outcome.seconds = time.monotonic() - self._started
        self._end()
        return outcome

    def _reports(self) -> list[Path]:
        return [report_dir(self._scratch, share) for share in range(len(self._processes))]

    def _end(self) -> None:
        """End what the student's code may have left behind, too, and remove what it wrote."""
        for process in self._processes:
            process.kill()
            process.wait(5)
        shutil.rmtree(self._scratch, ignore_errors=True)
        self.is_over = True


def report_dir(scratch: Path, share: int) -> Path:
    """Return the folder in which one process of a run reports."""
    return scratch / str(share)


class Runner:
    """Starts runs. One at a time: start the next one when the last has ended or is cancelled."""

    def __init__(
        self,
        preload: Iterable[str] = (),
        processes: int = 1,
        collect: tuple[Stage, Path] | None = None,
    ) -> None:
        """Make ready to run suites.

        Args:
            preload: modules to import once, before any run is forked.
            processes: how many processes share the tests of a run, where there is fork.
            collect: a stage whose suite to collect once, and the folder of its app; all runs are
                of these, and do not see later changes of the suite.

        """
        first = _job(*collect, report=Path()) if collect else None
        self._zygotes = [Zygote(preload, first) for _ in range(processes)] if CAN_FORK else []
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
        for zygote in self._zygotes:
            zygote.close()

    def start(self, stage: Stage, app_dir: Path, test_seconds: float | None = None) -> Running:
        """Start the suite of a stage on the app in a folder.

        Args:
            stage: whose suite to run.
            app_dir: the folder of the app.
            test_seconds: how long a test may take; the stage says it when not given.

        """
        scratch = Path(tempfile.mkdtemp(prefix="workshop-run-"))
        shares = max(1, len(self._zygotes))
        jobs = []
        for share in range(shares):
            report = report_dir(scratch, share)
            report.mkdir()
            jobs.append(_job(stage, app_dir, report, test_seconds, share, shares))
        processes: list[Process] = (
            [zygote.run(job) for zygote, job in zip(self._zygotes, jobs, strict=True)]
            if self._zygotes
            else [Spawned(job) for job in jobs]
        )
        self._running = Running(stage, app_dir, processes, scratch)
        return self._running


def _job(
    stage: Stage,
    app_dir: Path,
    report: Path,
    test_seconds: float | None = None,
    share: int = 0,
    shares: int = 1,
) -> Job:
    return Job(
        root=str(stage.root),
        suite=str(stage.suite_dir),
        app_dir=str(app_dir.resolve()),
        app=stage.app,
        report=str(report),
        test_seconds=test_seconds or stage.test_seconds,
        share=share,
        shares=shares,
    )
