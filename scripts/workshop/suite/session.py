"""One run of one suite, in a process of its own that reports as it goes.

The report is a file of JSON lines, each with an `event`: `load_failed`, `suite_broken`,
`collected`, `started`, `asked`, `result`, `finished`. What is missing at its end tells how the
process died.
"""

import contextlib
import faulthandler
import gc
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from workshop.suite.apart.gone import Gone
    from workshop.suite.apart.host import Host

MAX_OUTPUT = 4_000
_UNUSED_PLUGINS = (
    "cacheprovider",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "nose",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "threadexception",
    "unittest",
    "unraisableexception",  # collects all garbage twice at the end
)
_GRACE_SECONDS = 10.0
CAN_ALARM = hasattr(signal, "setitimer")
MAX_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Job:
    """What to run, and where to report. Paths are absolute.

    In `report` each process of the run leaves a folder, the first one `0`, with `events`, `output`
    (what was printed outside of tests) and `stack`. `test_seconds` bounds the loading of the app
    and each test; past it the process ends itself, leaving the stack of the loop that it was in.
    `app` is empty where the suite is not about an app of the student's.
    Up to `processes` share the tests, where there is fork; the first one works `alone_seconds`
    before others join it. `only` names the one test to run, as in `test_hello.py::test_text`; all
    are run when it is empty. With `work`, a folder that the app may write to, the app is apart: in
    processes of its own, and confined. Where the run begins as root, both go on as `user`.
    `hidden` is a folder with more tests, in files named `hidden_*.py`, which see the fixtures of
    the suite; what `seed_file` holds decides the values that they ask with.
    """

    root: str
    suite: str
    app_dir: str
    app: str
    report: str
    test_seconds: float
    processes: int = 1
    alone_seconds: float = 0
    only: str = ""
    work: str = ""
    user: int = 0
    hidden: str = ""
    seed_file: str = ""

    def to_json(self) -> str:
        """Return the job as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """Return the job that `to_json` described."""
        return cls(**json.loads(line))


def main(job: Job) -> NoReturn:
    """Run the suite and report. The process ends, whatever threads are left."""
    _end_with(lambda: _Session().run(job))


def main_collected(job: Job, next_job: Callable[[], Job]) -> NoReturn:
    """Collect a suite once, then run it for each job that comes. The process ends.

    Args:
        job: whose suite, and for which app; its report is not written.
        next_job: waits for a job, and returns it in a process that was forked for it.

    """
    _end_with(lambda: _Session(next_job).run(job))


def _end_with(run: Callable[[], int]) -> NoReturn:
    code = 1
    try:
        code = run()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Session:
    job: Job
    events: IO[str]
    stack: IO[bytes]

    def __init__(self, next_job: Callable[[], Job] | None = None) -> None:
        self.next_job = next_job
        self.host: Host | None = None
        self.hung = 0
        self.confined_by: frozenset[str] = frozenset()

    def run(self, job: Job) -> int:
        if job.work:
            try:
                self._part(job)
            except Exception as error:  # nothing of the student's has run yet
                self.emit("suite_broken", message=f"{type(error).__name__}: {error}")
                return 1
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.environ.pop("PYTEST_ADDOPTS", None)
        _enter(job)
        if self.next_job:
            _redirect_output(os.devnull)
        elif not self.begin(job):
            return 1
        return self._run_pytest(job)

    def begin(self, job: Job) -> bool:
        """Begin to report on a job; tell whether its app can be loaded."""
        self.job = job
        _enter(job)
        if not job.work:
            self.report_in(0)
        _limit_files()
        if self.job.work:
            self.emit("confined", by=sorted(self.confined_by))
        return not job.app or self._loads()

    def report_in(self, number: int) -> None:
        """Report as this process of the run from here on."""
        report = Path(self.job.report, str(number))
        report.mkdir()
        # Both stay open until the process ends.
        self.events = (report / "events").open("a", encoding="utf-8", buffering=1)
        self.stack = (report / "stack").open("wb")
        if CAN_ALARM:
            # Arming an alarm costs nothing; a thread that waits, the other way, costs a test 1 ms.
            faulthandler.register(signal.SIGALRM, file=self.stack, chain=True)
        # What is printed outside a test goes to a file, as the output of tests goes to pytest.
        _redirect_output(str(report / "output"))
        # All that is left behind lies in the folder that the caller removes.
        if not self.job.work:
            os.environ["TMPDIR"] = tempfile.tempdir = str(report)

    def _part(self, job: Job) -> None:
        """Part the run from what is the student's, before anything of the suite is here."""
        from workshop.suite.apart.host import Host
        from workshop.suite.apart.parting import part

        # What is open stays so; the folder is out of reach for this process too, as it works on
        # files that the app can put links to others in the place of.
        self.job = job
        self.report_in(0)
        Path(job.report).chmod(0o700)
        self.confined_by = part(
            job, self._lost, lambda: (self.events.fileno(), self.stack.fileno())
        )
        self.host = Host.current

    def _lost(self, gone: "Gone") -> None:
        """Take note of an app that hangs; the second time, it is no use to go on."""
        if gone.how == "broken":
            self.emit(
                "tampered", how="its answers came in another form than the one they are sent in"
            )
        self.hung += gone.how == "hung"
        if self.hung > 1:
            self.leave(gone)

    def leave(self, gone: "Gone") -> NoReturn:
        """End without a verdict, because of an app that has ended or hangs."""
        if gone.how == "hung":
            self.stack.write(gone.stack.encode() or b"unknown")
            self.stack.flush()
        os._exit(1)

    def emit(self, event: str, **values: Any) -> None:
        self.events.write(json.dumps({"event": event, **values}) + "\n")

    def arm(self) -> None:
        """Give what follows its time; past it the process ends, leaving its stack.

        An app apart ends alone, and its test goes on to say so: it gets its time first.
        """
        seconds = self.job.test_seconds
        if self.host:
            self.host.until = time.monotonic() + seconds
            seconds += _GRACE_SECONDS
        if CAN_ALARM:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        else:
            faulthandler.dump_traceback_later(self.job.test_seconds, exit=True, file=self.stack)

    def disarm(self) -> None:
        """Stop the clock."""
        if CAN_ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0)
        else:
            faulthandler.cancel_dump_traceback_later()

    def _loads(self) -> bool:
        """Load the app once before anything else, so that what stops it is one message."""
        from workshop.suite.apart.gone import Gone
        from workshop.suite.exchange import Recorder
        from workshop.suite.launch import preserved_environment
        from workshop.suite.launchers import launcher
        from workshop.suite.loader import LoadError

        starts = launcher(Path(self.job.app_dir), self.job.app, Recorder())
        database = Path(tempfile.gettempdir(), "load.db").as_posix()
        self.arm()
        with preserved_environment():
            try:
                starts.launch({"DATABASE_URL": f"sqlite:///{database}"})
            except LoadError as error:
                raised = asdict(error.raised) if error.raised else None
                self.emit("load_failed", kind=error.kind, message=str(error), raised=raised)
                return False
            except Gone as gone:
                self.leave(gone)
            finally:
                self.disarm()
                starts.forget()
        return True

    def _run_pytest(self, job: Job) -> int:
        import pytest

        from workshop.suite.exchange import Recorder

        arguments = [
            job.suite,
            f"--rootdir={job.root}",
            f"--config-file={Path(__file__).with_name('pytest.ini')}",
            f"--confcutdir={Path(job.root) / 'stages'}",
            "--import-mode=importlib",
            # It would print among what the student's code does; events tell what it would.
            "-p",
            "no:terminal",
            # Plugins that a suite has no use for cost time at every start.
            *_without(*_UNUSED_PLUGINS),
            "-p",
            "flask",
        ]
        Recorder.listener = lambda exchange: self.emit("asked", **exchange.to_json())
        code = pytest.main(arguments, plugins=[_Reporter(self)])
        self.emit("finished", code=int(code))
        return int(code)


def _enter(job: Job) -> None:
    """Go to the folder of a job's app, and say to the suite that it is about this app."""
    os.environ["WORKSHOP_APP_DIR"] = job.app_dir
    os.environ["WORKSHOP_APP"] = job.app
    os.environ["WORKSHOP_STAGE_DIR"] = str(Path(job.suite).parent)
    # Relative paths in a student's code mean what they mean under `flask run`.
    os.chdir(job.app_dir)


def _without(*plugins: str) -> list[str]:
    return [word for name in plugins for word in ("-p", f"no:{name}")]


def _redirect_output(file: str) -> None:
    """Read nothing, and write what is printed to a file."""
    null = os.open(os.devnull, os.O_RDONLY)
    target = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(null, 0)
    os.dup2(target, 1)
    os.dup2(target, 2)


def _limit_files() -> None:
    """Keep an endless print from filling the disk, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


class _Reporter:
    """The pytest plugin that turns a run into events."""

    def __init__(self, session: _Session) -> None:
        self.session = session
        self._broken: list[str] = []
        self._failures: dict[str, dict[str, Any]] = {}
        self._compared: tuple[str, Any, Any] | None = None
        self._hidden_is_collected = False

    def pytest_collect_file(self, file_path: Path, parent: Any) -> Any:
        """Collect the hidden tests beside the first file of the suite: they see its fixtures."""
        if self.session.next_job or self._hidden_is_collected:
            return None  # a suite that is collected ahead is run alone
        job = self.session.job
        if not job.hidden or file_path.parent != Path(job.suite):
            return None
        self._hidden_is_collected = True
        return _hidden(parent, Path(job.hidden))

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._broken.append(str(report.longrepr)[-2000:])

    def pytest_runtestloop(self, session: Any) -> bool | None:
        """Report what was collected, then run it, alone or sharing it with other processes.

        Where the suite was collected ahead, a job begins here, in a process of its own.
        """
        from workshop.suite.hooks import requirement_of, share_of, task_of
        from workshop.suite.sharing import Shared

        capture = session.config.pluginmanager.getplugin("capturemanager")
        if self.session.next_job:
            job = self.session.next_job()
            capture.stop_global_capturing()  # into a file that other runs would write to
            if not self.session.begin(job):
                return True  # there is nothing to run
            capture.start_global_capturing()
        for message in self._broken:
            self.session.emit("suite_broken", message=message)
        if self._broken:
            return None  # pytest refuses to run the rest
        # From here on events tell of failures; pytest's own text of one is long in the making.
        session.config.option.tbstyle = "no"
        job = self.session.job
        only = job.only
        items = [item for item in session.items if only in ("", short_id(item))]
        tests = [
            {
                "id": short_id(item),
                "task": task_of(item),
                "requirement": requirement_of(item),
                "share": share_of(item),
                "hidden": bool(job.hidden) and item.path.is_relative_to(job.hidden),
            }
            for item in items
        ]
        self.session.emit("collected", tests=tests)
        # A suite leaves thousands of dead apps, all small: look for them seldom, and never again
        # among what is loaded now.
        gc.freeze()
        gc.set_threshold(100_000, 50, 1_000)
        shared = Shared(len(items), job.processes, job.alone_seconds, partial(self._fork, capture))
        for number, following in shared.turns():
            item, next_item = items[number], None if following is None else items[following]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=next_item)
        shared.wait()
        return True

    def _fork(self, capture: Any, number: int) -> int:
        """Fork a process that reports and captures by itself; returns as `os.fork` does."""
        capture.stop_global_capturing()  # into a file that both would write to
        pid = os.fork()
        if pid == 0:
            self.session.report_in(number)
        capture.start_global_capturing()
        return pid

    def pytest_runtest_protocol(self, item: Any) -> None:
        self.session.emit("started", id=short_id(item))
        self._compared = None
        self.session.arm()

    def pytest_runtest_logfinish(self) -> None:
        self.session.disarm()

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        """Keep what a plain `assert` compared; pytest asks only where it did not hold."""
        self._compared = (op, left, right)

    def pytest_runtest_logreport(self, report: Any) -> None:
        note = dict(report.user_properties).get("note", "")
        if failure := self._failures.pop(report.nodeid, None):
            if failure["passed"] is False:
                failure["output"] = _output_of(report, failure)
            self.session.emit("result", **failure, note=note)
        elif report.when == "call":
            self.session.emit("result", id=short_id(report), passed=True, note=note)

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        if call.excinfo is not None:
            self._failures[item.nodeid] = self._failure(item, call)

    def _failure(self, item: Any, call: Any) -> dict[str, Any]:
        from workshop.suite.expect import Finding, Mismatch
        from workshop.suite.fixtures import RECORDER

        error = call.excinfo.value
        if _is_left_out(call.excinfo, self.session.job.suite):
            return {"id": short_id(item), "passed": None, "unchecked": str(error)}
        recorder = item.stash.get(RECORDER, None)
        exchanges = recorder.exchanges if recorder else []
        opened = exchanges[-1] if exchanges else None
        failure: dict[str, Any] = {
            "id": short_id(item),
            "passed": False,
            "when": call.when,
            "is_assertion": isinstance(error, AssertionError),
            "expected": "",
            "got": "",
            "why": _without_values(str(error)),
            "status": 0,
            "fields": {},
            "line": _test_line(item, call),
        }
        if isinstance(error, Mismatch):
            opened = error.exchange or opened
            failure |= {"expected": error.expected, "got": error.got, "why": error.why}
            failure["status"] = error.status
        elif isinstance(error, Finding):
            failure |= {"why": error.why, "fields": error.fields}
        elif isinstance(error, AssertionError):
            failure |= _compared(self._compared)
        else:
            failure["why"] = f"The test itself stumbled: {type(error).__name__}: {error}"
        before = exchanges[: exchanges.index(opened)] if opened in exchanges else []
        failure["exchange"] = opened.to_json() if opened else None
        failure["before"] = [exchange.to_json() for exchange in before]
        return failure


def _hidden(parent: Any, folder: Path) -> Any:
    """Return what collects the files of hidden tests in a folder, as if they were in another."""
    import pytest

    class Hidden(pytest.Collector):
        def collect(self) -> Iterator[Any]:
            for file in sorted(folder.glob("hidden_*.py")):
                yield pytest.Module.from_parent(self, path=file)

    return Hidden.from_parent(parent, name="hidden")


def _is_left_out(excinfo: Any, suite: str) -> bool:
    """Tell whether a suite has skipped a test, for what this machine lacks; an app cannot."""
    import pytest

    if not isinstance(excinfo.value, pytest.skip.Exception):
        return False
    app, ours = (
        os.path.realpath(folder) + os.sep for folder in (os.environ["WORKSHOP_APP_DIR"], suite)
    )
    paths = (os.path.realpath(entry.path) for entry in excinfo.traceback)
    return not any(path.startswith(app) and not path.startswith(ours) for path in paths)


def short_id(item: Any) -> str:
    """Return a test's name within its suite, as in `test_hello.py::test_text[param]`."""
    path, _, name = str(item.nodeid).partition("::")
    return f"{path.rpartition('/')[2]}::{name}"


def _without_values(message: str) -> str:
    """Return an assertion's own message, without what pytest adds about the values."""
    return message.split("\nassert ")[0]


def _compared(comparison: tuple[str, Any, Any] | None) -> dict[str, str]:
    """Return what a plain assertion expected and got, in words."""
    if comparison is None:
        return {}
    op, left, right = comparison
    choice = isinstance(right, tuple)
    left, right = (f"{text:.300}" for text in (repr(left), repr(right)))
    match op:
        case "in" if choice:
            return {"expected": f"one of {right}", "got": left}
        case "!=":
            return {"expected": f"anything but {right}", "got": left}
        case "==":
            return {"expected": right, "got": left}
        case "in":
            return {"expected": f"{left} among what is there", "got": right}
        case "not in":
            return {"expected": f"no {left}", "got": right}
        case _:
            return {"expected": f"a value {op} {right}", "got": left}


def _test_line(item: Any, call: Any) -> int:
    for entry in reversed(call.excinfo.traceback):
        if Path(entry.path) == item.path:
            return int(entry.lineno) + 1
    return 0


def _own(log: str) -> str:
    """Return a log without the lines of tracebacks that lead through other code than the app's."""
    own = re.escape(os.path.realpath(os.environ["WORKSHOP_APP_DIR"]) + os.sep)
    return re.sub(rf'^  File "(?!{own}).*\n(?:    .*\n)*', "", log, flags=re.MULTILINE)


def _output_of(report: Any, failure: dict[str, Any]) -> dict[str, Any]:
    """Return what the student's code printed in this test, cut, and how long it was."""
    exchange = failure["exchange"]
    # What Flask logs of an exception is a long traceback that the transcript tells in a line.
    text = report.capstdout + ("" if exchange and exchange["raised"] else _own(report.capstderr))
    return {"text": text[:MAX_OUTPUT], "length": len(text)}
