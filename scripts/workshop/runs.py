"""Runs of suites, each in a process of its own, from one process that has the libraries loaded.

A `Runner` is that process: it forks a run for each job, so that a run starts in milliseconds and a
student's code can end, hang or fill the memory of nobody else. Where fork does not exist each job
is a new Python. Either way the caller holds a `Running`, to wait for or to cancel.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Protocol

from workshop.course import Stage
from workshop.suite.session import Job

# The variable is for trying, where there is fork, what happens where there is none.
CAN_FORK = hasattr(os, "fork") and not os.environ.get("WORKSHOP_NO_FORK")
SUITE_SECONDS = 120


@dataclass
class Result:
    """The verdict on one test, as the run reported it. `failure` holds the details."""

    id: str
    task: str | None
    requirement: str
    passed: bool | None = None
    failure: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What is known after a run: green only when every collected test reported a pass.

    `stopped` tells why a run has no full verdict: `load_failed`, `suite_broken`, `hung`, `ended`
    (the student's code ended the process) or `deadline`; `detail` holds what is known of it.
    """

    stage: Stage
    app_dir: Path
    results: list[Result]
    stopped: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    output: str = ""
    output_length: int = 0
    seconds: float = 0.0

    @property
    def green(self) -> bool:
        """Tell whether everything passed."""
        return not self.stopped and bool(self.results) and all(r.passed for r in self.results)

    @property
    def first_failure(self) -> Result | None:
        """Return the test to open: the first that did not pass, in the order of the tasks."""
        return next((result for result in self.results if result.passed is False), None)

    @property
    def failing(self) -> list[Result]:
        """Return every test that did not report a pass."""
        return [result for result in self.results if not result.passed]


class Running:
    """A run under way."""

    def __init__(self, stage: Stage, app_dir: Path, process: "_Process", scratch: Path) -> None:
        self.stage = stage
        self.app_dir = app_dir
        self._process = process
        self._scratch = scratch
        self._started = time.monotonic()
        self.is_over = False

    def progress(self) -> tuple[int, int]:
        """Return how many tests have their verdict, and how many there are (0 while loading)."""
        events = _events(self._scratch)
        total = next((len(e["tests"]) for e in events if e["event"] == "collected"), 0)
        return sum(e["event"] == "result" for e in events), total

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the run; tell whether it has ended."""
        return self._process.wait(seconds)

    def cancel(self) -> None:
        """End the run and all that it started; there is no outcome."""
        self._process.kill()
        self._process.wait(5)
        _remove(self._scratch)
        self.is_over = True

    def outcome(self, seconds: float = SUITE_SECONDS) -> Outcome:
        """Wait for the end, at most so many seconds, and return what the run reported."""
        in_time = self.wait(seconds)
        self._process.kill()  # also what the student's code may have left behind
        self._process.wait(5)
        outcome = _read(self.stage, self.app_dir, self._scratch, in_time)
        outcome.seconds = time.monotonic() - self._started
        _remove(self._scratch)
        self.is_over = True
        return outcome


class _Process(Protocol):
    def wait(self, seconds: float) -> bool:
        """Wait; tell whether the process has ended."""

    def kill(self) -> None:
        """End the process and its children."""


class Runner:
    """Starts runs. One at a time: start the next one when the last has ended or is cancelled."""

    def __init__(self, preload: Iterable[str] = ()) -> None:
        """Make ready to run suites.

        Args:
            preload: modules to import once, before any run is forked.

        """
        self._zygote = _Zygote(preload) if CAN_FORK else None
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

    def start(self, stage: Stage, app_dir: Path, test_seconds: float | None = None) -> Running:
        """Start the suite of a stage on the app in a folder.

        Args:
            stage: whose suite to run.
            app_dir: the folder of the app.
            test_seconds: how long a test may take; the stage says it when not given.

        """
        scratch = Path(tempfile.mkdtemp(prefix="workshop-run-"))
        job = Job(
            root=str(stage.root),
            suite=str(stage.suite_dir),
            app_dir=str(app_dir.resolve()),
            app=stage.app,
            events=str(scratch / "events"),
            stack=str(scratch / "stack"),
            output=str(scratch / "output"),
            test_seconds=test_seconds or stage.test_seconds,
        )
        process: _Process = self._zygote.run(job) if self._zygote else _Spawned(job)
        self._running = Running(stage, app_dir, process, scratch)
        return self._running


class _Zygote:
    """A forked process that imports libraries and forks again for each job it is sent."""

    _live: ClassVar[list["_Zygote"]] = []

    def __init__(self, preload: Iterable[str]) -> None:
        jobs_read, self._jobs = os.pipe()
        self._replies, replies_write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            # A pipe ends when all its writers have closed it, and this is a copy of them all.
            for other in [*_Zygote._live, self]:
                os.close(other._jobs)
                os.close(other._replies)
            _serve_jobs(jobs_read, replies_write, preload)
        os.close(jobs_read)
        os.close(replies_write)
        self._buffer = b""
        _Zygote._live.append(self)

    def run(self, job: Job) -> "_Forked":
        os.write(self._jobs, job.to_json().encode() + b"\n")
        pid = int(self._reply(None) or 0)
        return _Forked(self, pid)

    def _reply(self, seconds: float | None) -> str | None:
        """Return the next line from the zygote; None when there is none in time."""
        import select

        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._replies], [], [], seconds)
            if not ready:
                return None
            data = os.read(self._replies, 4096)
            if not data:
                raise RuntimeError("the process that runs suites has ended")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def ended(self, seconds: float) -> bool:
        return self._reply(seconds) is not None

    def close(self) -> None:
        _Zygote._live.remove(self)
        os.close(self._jobs)
        os.close(self._replies)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


class _Forked:
    """A run in a process that the zygote forked."""

    def __init__(self, zygote: _Zygote, pid: int) -> None:
        self._zygote = zygote
        self._pid = pid
        self._ended = False

    def wait(self, seconds: float) -> bool:
        self._ended = self._ended or self._zygote.ended(seconds)
        return self._ended

    def kill(self) -> None:
        # The run leads a process group of its own; its number stays taken while a child lives.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)


class _Spawned:
    """A run in a new Python, where there is no fork."""

    def __init__(self, job: Job) -> None:
        code = "import sys; from workshop.suite.session import *; main(Job.from_json(sys.argv[1]))"
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, job.to_json()], env=environment, stdin=subprocess.DEVNULL
        )

    def wait(self, seconds: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()


def _serve_jobs(jobs: int, replies: int, preload: Iterable[str]) -> None:
    """Fork a run for each line that comes; answer with its process id, and again at its end."""
    import gc
    import importlib

    # Ctrl-C is for the process at the front, which tells this one by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in preload:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    # What is loaded now is shared by all runs: keep the collector from touching its pages.
    gc.freeze()
    with os.fdopen(jobs, "rb", buffering=0) as lines:
        for line in lines:
            pid = os.fork()
            if pid == 0:
                os.close(replies)
                _become_run(Job.from_json(line.decode()))
            with contextlib.suppress(BrokenPipeError):
                os.write(replies, b"%d\n" % pid)
            _, status = os.waitpid(pid, 0)
            with contextlib.suppress(BrokenPipeError):
                os.write(replies, b"%d\n" % status)
    os._exit(0)


def _become_run(job: Job) -> None:
    from workshop.suite import session

    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    session.main(job)


def preload_for(stages: Iterable[Stage]) -> list[str]:
    """Return the modules worth loading before runs: pytest, and what the stages' apps import."""
    import ast

    found = ["pytest", "pytest_flask.plugin", "workshop.suite.hooks"]
    found += [f"_pytest.{name}" for name in _plugins_of_pytest()]
    found += ["workshop.suite.client", "workshop.suite.launch", "workshop.suite.expect"]
    for stage in stages:
        for file in sorted(stage.solution.rglob("*.py")):
            with contextlib.suppress(SyntaxError):
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                        found.append(node.module)
                    elif isinstance(node, ast.Import):
                        found += [alias.name for alias in node.names]
    return list(dict.fromkeys(found))


def _plugins_of_pytest() -> tuple[str, ...]:
    from _pytest.config import default_plugins

    return default_plugins


def _events(scratch: Path) -> list[dict[str, Any]]:
    found = []
    with contextlib.suppress(FileNotFoundError):
        for line in (scratch / "events").read_text(encoding="utf-8").splitlines():
            # The last line of a process that was killed can be half a line.
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return found


def _read(stage: Stage, app_dir: Path, scratch: Path, in_time: bool) -> Outcome:
    """Make the outcome of what the run reported; what is missing counts against it."""
    outcome = Outcome(stage, app_dir, [])
    by_id: dict[str, Result] = {}
    last_asked: dict[str, Any] | None = None
    current = ""
    finished = False
    for event in _events(scratch):
        match event.pop("event"):
            case "load_failed" | "suite_broken" as kind:
                outcome.stopped, outcome.detail = kind, event
            case "collected":
                for test in event["tests"]:
                    by_id[test["id"]] = Result(test["id"], test["task"], test["requirement"])
            case "started":
                current, last_asked = event["id"], None
            case "asked":
                last_asked = event
            case "result":
                _note(by_id[event["id"]], event)
            case "finished":
                finished = True
    outcome.results = list(by_id.values())
    if not finished and not outcome.stopped:
        outcome.stopped = _how_it_died(scratch, in_time)
        outcome.detail = {"id": current, "exchange": last_asked, **_stack(scratch, app_dir)}
    with contextlib.suppress(FileNotFoundError):
        outcome.output_length = (scratch / "output").stat().st_size
        with (scratch / "output").open("rb") as output:
            outcome.output = output.read(4000).decode("utf-8", "replace")
    return outcome


def _note(result: Result, event: dict[str, Any]) -> None:
    """Keep a verdict; a failure, of the test or its clean-up, is never undone by a later pass."""
    if result.passed is False:
        return
    result.passed = event["passed"]
    result.failure = {} if event["passed"] else event


def _how_it_died(scratch: Path, in_time: bool) -> str:
    stack = scratch / "stack"
    if stack.exists() and stack.stat().st_size:
        return "hung"
    return "ended" if in_time else "deadline"


def _stack(scratch: Path, app_dir: Path) -> dict[str, Any]:
    """Return the student's line that was running when the deadline passed, if it is known."""
    import linecache
    import re

    with contextlib.suppress(FileNotFoundError):
        text = (scratch / "stack").read_text(encoding="utf-8", errors="replace")
        for name, number in re.findall(r'File "(.+?)", line (\d+)', text):
            with contextlib.suppress(ValueError):
                file = Path(name).relative_to(app_dir.resolve()).as_posix()
                source = linecache.getline(name, int(number)).strip()
                return {"file": file, "line": int(number), "source": source}
    return {}


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
