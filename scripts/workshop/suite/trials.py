"""A student's own tests on trial: on the right app, and on apps with a bug in them.

Each run is a process of its own on a copy of its own, so that tests can do what they like: end the
process, hang, write files. The app is the given one, whatever lies in the student's folder.
"""

import ast
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from workshop import starters
from workshop.course import Stage
from workshop.processes import CAN_FORK, Serve, Zygote, preload_for
from workshop.suite import trial_run
from workshop.suite.mutants import Mutant
from workshop.suite.orphans import die_with_parent
from workshop.suite.ranking import Ranking
from workshop.suite.trial_run import Order

TEST_SECONDS = 10.0
_RUN_SECONDS = 120.0
_POLL_SECONDS = 0.005
SEED = 9
_MOMENT = 1_600_000_000


@dataclass(frozen=True)
class Failed:
    """A test that failed: where, and in which words."""

    id: str
    file: str
    line: int
    message: str

    def lines(self) -> list[str]:
        """Return what a student is shown of it."""
        return [f"{self.id}, line {self.line}", *(f"    {s}" for s in self.message.splitlines())]


@dataclass
class Trial:
    """What a run reported.

    Attributes:
        tests: the ids of the tests that were found, in the order of the run.
        failed: the tests that failed, in that order; each once.
        passed: how many passed.
        broken: why pytest could not load or run the tests; empty when it could.
        end: `finished`, or how the process died: `hung`, `ended` (by its own code) or `deadline`.
        current: the test that ran when it died.
        looked: files and folders of the course that were opened.
        coverage: what coverage's JSON report says, where it was measured.
        seconds: how long the run took.
        output: what was printed outside of tests.

    """

    tests: list[str] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    passed: int = 0
    broken: str = ""
    end: str = ""
    current: str = ""
    looked: list[str] = field(default_factory=list)
    coverage: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    output: str = ""

    @property
    def good(self) -> bool:
        """Tell whether there were tests, and all of them passed."""
        return self.end == "finished" and not self.broken and not self.failed and self.passed > 0


@dataclass(frozen=True)
class Catch:
    """What became of a bug. `by` is the test that caught it, empty when it was missed.

    `doubt` is that test where it fails on the right app as well: then it has caught nothing.
    """

    by: str = ""
    doubt: str = ""


def load_libraries(stage: Stage) -> None:
    """Load what apps and tests of a stage import, so that the runs forked from here need not."""
    # Some libraries keep the standard output that they find when they are loaded.
    with contextlib.redirect_stdout(sys.__stdout__), contextlib.redirect_stderr(sys.__stderr__):
        for name in preload_for([stage]):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    # What is loaded now is shared by all runs: keep the collector from touching its pages.
    gc.collect()
    gc.freeze()


class Bench:
    """Runs the tests in a student's folder as often as the check asks for.

    `enter` is called in each process that runs them before anything of theirs is loaded, with the
    folder that they may write to.
    """

    enter: ClassVar[Callable[[Path], None]] = staticmethod(lambda folder: None)

    def __init__(self, stage: Stage, folder: Path, scratch: Path) -> None:
        """Take the stage, the student's folder, and a folder for copies and reports."""
        self.stage = stage
        self.folder = folder
        self.scratch = scratch
        # Whether the development database is, after the first run, what it was before.
        self.database_is_untouched = True
        self.given = {
            name: text for name, text in starters.solved(stage).items() if not stage.is_edited(name)
        }
        # The solution's own folder has the same app, with the markers of earlier stages in it.
        self._marked = starters.solution_files(stage)
        answers = (stage.suite_dir / "mutants", stage.root / "solutions", stage.root / "tests")
        self._private = tuple(f"{folder}{os.sep}" for folder in answers)
        self._count = 0
        self._code: dict[str, bytes] = {}
        self._compiled: dict[str, bytes] = {}
        self._elsewhere: dict[int, _Elsewhere] = {}

    @cached_property
    def tests(self) -> dict[str, bytes]:
        """The student's files, by relative path."""
        return {
            name: (self.folder / name).read_bytes()
            for name in starters.files_of(self.folder)
            if self.stage.is_edited(name)
        }

    @cached_property
    def first(self) -> Trial:
        """The run of all tests on the right app, in their own order."""
        before = _content(_database(self.desk))
        trial = self.run(self.desk, compiles=True)
        self.database_is_untouched = _content(_database(self.desk)) == before
        # What pytest has compiled of the tests is good for every copy of them.
        for file in self.desk.rglob("*.pyc"):
            name = file.relative_to(self.desk).as_posix()
            if self.stage.is_edited(name):
                self._compiled[name] = file.read_bytes()
        return trial

    @cached_property
    def coverage(self) -> dict[str, Any]:
        """What `measured` returns, measured once; empty where tests do not get to their end.

        Measuring slows the tests down: not in the first run, for which everything else waits.
        """
        return self.measured() if self.first.end == "finished" else {}

    def measured(self) -> dict[str, Any]:
        """Run all tests on the right app; return what coverage's JSON report says of the app."""
        return self._once(self.given, coverage=True).coverage

    def again(self) -> Trial:
        """Run all tests once more in the same folder, on whatever the first run has left there."""
        assert self.first.tests
        return self.run(self.desk)

    @cached_property
    def desk(self) -> Path:
        """The folder of the first runs, with a development database that has the sample in it."""
        desk = self.copy(self.given)
        done = self.run(desk, commands=self.stage.prepare)
        assert not done.broken, f"The given app cannot prepare its database: {done.broken}"
        return desk

    def changed(self) -> list[str]:
        """Return what is other in the student's folder than in the given app, as lines.

        A folder with tests alone has nothing that could be.
        """
        there = {
            name
            for name in starters.files_of(self.folder)
            if not self.stage.is_edited(name)
            and name not in starters.COURSE_FILES
            and not name.startswith(f"{self.stage.suite}/")
        }
        if not there:
            return []
        lines = [f"{name} is missing" for name in sorted(self.given.keys() - there)]
        lines += [f"{name} is new" for name in sorted(there - self.given.keys())]
        for name in sorted(there & self.given.keys()):
            text = (
                (self.folder / name).read_bytes().replace(b"\r\n", b"\n").decode("utf-8", "replace")
            )
            if text not in (self.given[name], self._marked[name]):
                lines.append(f"{name} is another")
        return lines

    def named(self, path: str) -> str:
        """Return a path as a student knows it, relative to the course."""
        return Path(path).relative_to(self.stage.root).as_posix()

    def shuffled(self, *, backwards: bool) -> Trial:
        """Run the tests in an order that the seed decides, or in just the reverse of it.

        Of two tests of which one needs the other to have run, one of the two orders shows it.
        """
        return self._once(self.given, seed=SEED, backwards=backwards)

    def alone(self, test: str) -> Trial:
        """Run one test on the right app."""
        return self._once(self.given, tests=(test,))

    def on_app(self, app: dict[str, str]) -> Trial:
        """Run all tests on another app than the given one."""
        return self._once(app)

    def failures_on(self, mutant: Mutant, most: int, in_words: bool = True) -> Trial:
        """Run the tests on an app with a bug until so many have failed.

        Those that have to do with the bug come first.
        """
        order = self._ranking.order(f"{mutant.name} {mutant.behaviour} {mutant.hint}")
        app = mutant.applied(self.given)
        return self._once(app, most_failures=most, first=tuple(order), in_words=in_words)

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self.first.tests, self.tests)

    def on(self, mutant: Mutant) -> Catch:
        """Run the tests on an app with a bug; tell which of them caught it.

        Whoever fails there has to pass on the right app at once, after the same tests, and in other
        words and lines than it was given: tests that fail by chance, by count, in another order, or
        at the sight of other code catch nothing.
        """
        trial = self.failures_on(mutant, most=1, in_words=False)
        caught = (
            trial.failed[0].id if trial.failed else trial.current if trial.end == "hung" else ""
        )
        if not caught:
            return Catch()
        ran = trial.tests[: trial.tests.index(caught) + 1]
        # One for each process that asks: what is forked belongs to whoever forked it.
        pid = os.getpid()
        if pid not in self._elsewhere:
            self._elsewhere[pid] = _Elsewhere(self)
        return Catch(by=caught) if self._elsewhere[pid].passes(ran) else Catch(doubt=caught)

    def copy(self, app: dict[str, str]) -> Path:
        """Return a new folder with an app and the student's tests."""
        self._count += 1
        folder = self.scratch / f"{os.getpid()}-{self._count}" / self.stage.name
        files = {name: text.encode() for name, text in app.items()} | self.tests
        for name, text in app.items():
            if name.startswith("app/") and name.endswith(".py"):
                files |= self._compile(name, text)
        for name, content in {**files, **self._compiled}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (_MOMENT, _MOMENT))  # compiled files name the time of their source
        return folder

    def _compile(self, name: str, text: str) -> dict[str, bytes]:
        """Return a file of the app compiled, by the name under which Python looks for it.

        Before any test has run, so that none can have had a hand in it; and once for all copies.
        """
        if text not in self._code:
            source = self.scratch / f"source-{os.getpid()}.py"
            source.write_text(text, encoding="utf-8")
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            target = source.with_suffix(".pyc")
            py_compile.compile(str(source), str(target), name, True, invalidation_mode=mode)
            self._code[text] = target.read_bytes()
        compiled = Path(importlib.util.cache_from_source(name)).as_posix()
        return {compiled: self._code[text]}

    def _once(self, app: dict[str, str], **wanted: Any) -> Trial:
        """Run tests on a copy that is made for this run alone."""
        folder = self.copy(app)
        try:
            return self.run(folder, **wanted)
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)

    def run(self, folder: Path, **wanted: Any) -> Trial:
        """Run tests, or commands, in a folder, and wait for the end: see `Order` for `wanted`."""
        order = self.order(folder, **wanted)
        started = time.monotonic()
        in_time = _wait_for(_started(order))
        trial = _read(order, in_time)
        trial.seconds = time.monotonic() - started
        return trial

    def order(self, folder: Path, **wanted: Any) -> Order:
        """Return an order to run tests, or commands, in a folder, with a report of its own."""
        report = folder.parent / f"report-{time.monotonic_ns()}"
        report.mkdir()
        return Order(
            folder=str(folder),
            report=str(report),
            repository=str(self.stage.root),
            private=self._private,
            test_seconds=TEST_SECONDS,
            **wanted,
        )


class _Elsewhere:
    """The right app in other words, with the tests loaded once: each run is forked from there."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._folder = bench.copy(_in_other_words(bench.given))
        self._zygote: Zygote | None = None
        if _forks_well():
            loading = bench.order(self._folder, in_words=False)
            (self._zygote,) = Zygote.several(1, _serving(loading))

    def passes(self, tests: Sequence[str]) -> bool:
        """Run tests in an order; tell whether all pass."""
        order = self._bench.order(self._folder, tests=tuple(tests), in_words=False)
        if self._zygote:
            # What cannot be loaded, or holds threads, has ended by itself, with no run at all.
            with contextlib.suppress(OSError, RuntimeError):
                run = self._zygote.run(order.to_json())
                in_time = run.wait(_RUN_SECONDS)
                run.kill()  # what a test has started, and left, ends with it
                run.wait(None)
                return _read(order, in_time).good
            self._zygote.close()
            self._zygote = None
        return self._bench.run(self._folder, tests=tuple(tests), in_words=False).good


def _serving(loading: Order) -> Serve:
    """Return what a zygote does to load tests, and to run those that it is asked for."""

    def serve(next_line: Callable[[], str]) -> NoReturn:
        def following() -> Order:
            order = Order.from_json(next_line())
            die_with_parent()
            return order

        die_with_parent()
        Bench.enter(Path(loading.folder).parent)
        trial_run.main(loading, following)

    return serve


def _in_other_words(app: dict[str, str]) -> dict[str, str]:
    """Return an app as Python would write it: the same program, and another text."""
    return {
        name: ast.unparse(ast.parse(text)) + "\n" if name.endswith(".py") else text
        for name, text in app.items()
    }


def _forks_well() -> bool:
    # A fork copies no threads, but the locks that they hold at that moment.
    return CAN_FORK and threading.active_count() == 1


def _started(order: Order) -> int | subprocess.Popen[bytes]:
    """Start a run in a process that leads a group of its own; return it, or its number."""
    if not _forks_well():
        script = trial_run.__file__
        return subprocess.Popen(
            [sys.executable, "-P", script, order.to_json()], stdin=subprocess.DEVNULL
        )
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream:
            stream.flush()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        die_with_parent()
        Bench.enter(Path(order.folder).parent)
        trial_run.main(order)
    return pid


def _wait_for(process: int | subprocess.Popen[bytes]) -> bool:
    """Wait for the end of a run, and end what it has left behind; tell whether it ended in time."""
    until = time.monotonic() + _RUN_SECONDS
    if not isinstance(process, int):
        try:
            process.wait(_RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
        return True
    ended = False
    while not ended and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
        ended = os.waitpid(process, os.WNOHANG) != (0, 0)
    # What a test has started, and left, ends with it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    if not ended:
        os.waitpid(process, 0)
    return ended


def _read(order: Order, in_time: bool) -> Trial:
    """Return what a run reported."""
    report = Path(order.report)
    trial = Trial()
    code = None
    for event in _events(report):
        match event.pop("event"):
            case "collected":
                trial.tests = event["tests"]
            case "broken":
                trial.broken = trial.broken or event["message"]
            case "started":
                trial.current = event["id"]
            case "result":
                _note(trial, event)
            case "looked":
                trial.looked.append(event["path"])
            case "coverage":
                trial.coverage = event
            case "finished":
                code = event["code"]
    with contextlib.suppress(FileNotFoundError):
        trial.output = (report / "output").read_bytes()[-4000:].decode("utf-8", "replace")
    if code is not None:
        trial.end, trial.current = "finished", ""
        # 0 and 1 are verdicts, 5 says that there are no tests; what is left is no run at all.
        if code not in (0, 1, 5) and not trial.broken:
            trial.broken = trial.output.strip()[-1000:] or f"pytest ends with exit code {code}"
    elif (report / "stack").stat().st_size:
        trial.end = "hung"
    else:
        trial.end = "ended" if in_time else "deadline"
    return trial


def _note(trial: Trial, event: dict[str, Any]) -> None:
    if event["outcome"] == "passed":
        trial.passed += 1
    elif event["outcome"] == "failed" and event["id"] not in {test.id for test in trial.failed}:
        trial.failed.append(Failed(event["id"], event["file"], event["line"], event["message"]))


def _events(report: Path) -> Iterator[dict[str, Any]]:
    with contextlib.suppress(FileNotFoundError):
        for line in (report / "events").read_text(encoding="utf-8").splitlines():
            # The last line of a process that was killed can be half a line.
            with contextlib.suppress(ValueError):
                yield json.loads(line)


def _database(folder: Path) -> Path:
    """Return the folder in which Flask keeps an app's own data: the development database."""
    return folder / "instance"


def _content(folder: Path) -> dict[str, bytes]:
    """Return what the files in a folder hold, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}
