"""One run of a student's own tests, in a process that does nothing else and reports as it goes.

This module imports nothing of the engine: what a student's tests could find of it in their process
is removed before they are loaded. The report is a file of JSON lines, each with an `event`:
`collected`, `broken`, `started`, `result`, `looked`, `coverage`, `finished`. What is missing at its
end tells how the process died.
"""

import contextlib
import faulthandler
import json
import os
import random
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest
from coverage import Coverage

_MAX_FILE = 64 * 1024 * 1024
_MAX_MESSAGE = 300
_LOAD_SECONDS = 60.0
# They cost time at every start, and no test needs them. The last two only warn, and collect all
# garbage for that at the end of every run.
_UNUSED_PLUGINS = (
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "threadexception",
    "unraisableexception",
)


@dataclass(frozen=True)
class Order:
    """What to run, and where to report. Paths are absolute.

    Attributes:
        folder: the folder with the app and the tests.
        report: a folder for `events`, `output` (what was printed) and `stack` (of what hung).
        repository: the course, whose modules the tests are not to meet.
        private: folders in which tests have nothing to look for.
        test_seconds: how long a test may take; past it the process ends itself.
        tests: the ids of the tests to run, in this order; all of them when empty.
        first: the ids of tests that are to run before the others, in this order.
        seed: shuffles the tests when given.
        backwards: turns the order round, after it was shuffled.
        most_failures: stops after so many tests that fail; 0 runs all.
        in_words: whether to tell of a failed test where it failed, and in what words: pytest takes
            a tenth of a second to find out.
        coverage: whether to measure which lines and branches of `app/` were run.
        compiles: whether to leave compiled files behind, as pytest does by default.
        commands: commands of the `flask` command line to run in place of tests.

    """

    folder: str
    report: str
    repository: str
    private: tuple[str, ...]
    test_seconds: float
    tests: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    seed: int | None = None
    backwards: bool = False
    most_failures: int = 0
    in_words: bool = True
    coverage: bool = False
    compiles: bool = False
    commands: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the order as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Order":
        """Return the order that `to_json` described."""
        values = json.loads(line)
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**(values | lists))


def main(order: Order, following: Callable[[], Order] | None = None) -> NoReturn:
    """Run and report. The process ends, whatever threads are left.

    Args:
        order: what to run.
        following: where it is given, the tests of `order` are only loaded. It waits for another
            order, and returns it in a process forked for it, where some of these tests are run.

    """
    code = 1
    try:
        code = _Run(order, following).run()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


class _Run:
    def __init__(self, order: Order, following: Callable[[], Order] | None) -> None:
        self.following = following
        self._seen: set[str] = set()
        self.take(order)
        self.output = os.open(self._report / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def take(self, order: Order) -> None:
        """Make an order that of this process, and report on it."""
        self.order = order
        self._report = Path(order.report)
        # Both stay open until the process ends.
        self.events: IO[str] = (self._report / "events").open("a", encoding="utf-8", buffering=1)
        self.stack: IO[bytes] = (self._report / "stack").open("wb")
        os.environ["TMPDIR"] = tempfile.tempdir = order.report

    def run(self) -> int:
        self._be_alone()
        sys.addaudithook(self._note_what_is_opened)
        self.arm(_LOAD_SECONDS)
        if self.order.commands:
            code = self._run_commands()
        else:
            with self._coverage():
                code = int(pytest.main(self._arguments(), plugins=[_Observer(self)]))
        self.disarm()
        self.emit("finished", code=code)
        return 0

    def emit(self, event: str, **values: Any) -> None:
        self.events.write(json.dumps({"event": event, **values}) + "\n")

    def arm(self, seconds: float) -> None:
        """Give what follows its time; past it the process ends, leaving its stack."""
        faulthandler.dump_traceback_later(seconds, exit=True, file=self.stack)

    def disarm(self) -> None:
        """Stop the clock."""
        faulthandler.cancel_dump_traceback_later()

    def _be_alone(self) -> None:
        """Be as a new process in the folder would be, also where this one was forked."""
        null = os.open(os.devnull, os.O_RDONLY)
        for target, number in ((null, 0), (self.output, 1), (self.output, 2)):
            os.dup2(target, number)
        # Not what the process that forked this one has put in their place, and closes.
        sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
        _limit_files()
        for name in list(os.environ):
            if name.startswith(("WORKSHOP_", "PYTEST_", "FLASK_", "COV_", "COVERAGE_")):
                del os.environ[name]
        # What would lead an app to another database, or to keys that are not of the sample.
        for name in ("DATABASE_URL", "TEST_DATABASE_URL", "SECRET_KEY", "JWT_SECRET_KEY"):
            os.environ.pop(name, None)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        sys.dont_write_bytecode = not self.order.compiles
        _forget(self.order.repository)
        os.chdir(self.order.folder)
        sys.path.insert(0, self.order.folder)

    def _note_what_is_opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Report where the tests look into what is not theirs; nothing can take this hook away."""
        if event in ("open", "os.listdir", "os.scandir"):
            paths = arguments[:1]
        elif event == "subprocess.Popen":
            paths = tuple(arguments[1]) if isinstance(arguments[1], list | tuple) else ()
        else:
            return
        for path in paths:
            if not isinstance(path, str | bytes | os.PathLike):
                continue
            full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  # opens nothing itself
            within = f"{full}{os.sep}".startswith(self.order.private)
            if within and full not in self._seen:
                self._seen.add(full)
                self.emit("looked", path=full)

    def _run_commands(self) -> int:
        """Run commands of `flask` on the app in the folder; return the exit code of the last."""
        from click.testing import CliRunner
        from flask.cli import FlaskGroup

        group = FlaskGroup(load_dotenv=False)
        for command in self.order.commands:
            result = CliRunner().invoke(group, ["--app", "app", *command.split()])
            if result.exit_code:
                self.emit("broken", message=f"{result.output}{result.exception!r}")
                return 1
        return 0

    @contextlib.contextmanager
    def _coverage(self) -> Iterator[None]:
        if not self.order.coverage:
            yield
            return
        app = Path(self.order.folder, "app")
        measured = Coverage(data_file=None, branch=True, source=[str(app)], config_file=False)
        measured.start()
        try:
            yield
        finally:
            measured.stop()
            file = Path(self.order.report, "coverage.json")
            measured.json_report(outfile=str(file))
            self.emit("coverage", **json.loads(file.read_text(encoding="utf-8")))

    def _arguments(self) -> list[str]:
        order = self.order
        words = [*order.tests] or ["tests"]
        if order.most_failures:
            words.append(f"--maxfail={order.most_failures}")
        # The clock of a test is faulthandler's, and the plugin of that name would reset it.
        words += ["-p", "no:faulthandler", "-p", "flask"]
        for plugin in _UNUSED_PLUGINS:
            words += ["-p", f"no:{plugin}"]
        if not order.in_words:
            words.append("--tb=no")
        words += ["-o", f"cache_dir={order.report}/cache"]
        return words


class _Observer:
    """The plugin that turns a run into events, and puts the tests into the order asked for."""

    def __init__(self, run: _Run) -> None:
        self.run = run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if first := self.run.order.first:
            place = {test: number for number, test in enumerate(first)}
            items.sort(key=lambda item: place.get(item.nodeid, len(place)))
        if self.run.order.seed is not None:
            _shuffle(items, random.Random(self.run.order.seed))
        if self.run.order.backwards:
            items.reverse()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            folder = self.run.order.folder
            self.run.emit("broken", message=_own_lines(str(report.longrepr), folder))

    def pytest_internalerror(self, excrepr: object) -> None:
        self.run.emit("broken", message=_tail(str(excrepr)))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.run.emit("collected", tests=[item.nodeid for item in session.items])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Where orders follow, wait for one; go on with its tests, in a process forked for it."""
        if not self.run.following:
            return
        self.run.disarm()
        if threading.active_count() > 1:
            os._exit(1)  # a fork would lose them, and whatever the tests have them do
        self.run.take(self.run.following())
        loaded = {item.nodeid: item for item in session.items}
        session.items[:] = [loaded[test] for test in self.run.order.tests if test in loaded]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.run.emit("started", id=item.nodeid)
        self.run.arm(self.run.order.test_seconds)
        try:
            return (yield)
        finally:
            self.run.disarm()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            path, line, message = _crash_of(report)
            self.run.emit(
                "result",
                id=report.nodeid,
                outcome="failed",
                when=report.when,
                file=path,
                line=line,
                message=message,
            )
        elif report.when == "call" or report.skipped:
            self.run.emit("result", id=report.nodeid, outcome=report.outcome)


def _own_lines(text: str, folder: str) -> str:
    """Return of a traceback what is about files in a folder, and the error; no paths of a machine.

    Args:
        text: a traceback as pytest writes it.
        folder: where the tests are.

    """
    kept: list[str] = []
    is_own = False
    for line in text.replace(folder + os.sep, "").splitlines():
        if re.match(r"\S.*:\d+: in ", line):
            is_own = not line.startswith(os.sep)
        if line.startswith("E ") or (is_own and set(line) - set(" ^~")):
            kept.append(line.removeprefix("E "))
    return "\n".join(kept) or _tail(text)


def _crash_of(report: pytest.TestReport) -> tuple[str, int, str]:
    """Return where a test failed, in its own file where that is known, and in what words."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return report.location[0], (report.location[1] or 0) + 1, _tail(str(report.longrepr))
    message = str(crash.message)
    entries = getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", [])
    file = report.nodeid.partition("::")[0]
    for entry in reversed(entries):
        place = getattr(entry, "reprfileloc", None)
        if place is not None and os.path.realpath(place.path) == os.path.realpath(file):
            return file, int(place.lineno), _short(message)
    return _relative(str(crash.path)), int(crash.lineno), _short(message)


def _relative(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else Path(relative).as_posix()


def _short(message: str) -> str:
    """Return the first lines of a message, as many as are of use on a page."""
    text = "\n".join(message.splitlines()[:4])
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}…"


def _tail(text: str) -> str:
    return text[-2000:]


def _shuffle(items: list[pytest.Item], chance: random.Random) -> None:
    """Shuffle tests, but keep those of a module, and of a class, together.

    What they share, such as a fixture of the module, is then made once, as in any other order.
    """
    groups: dict[str, dict[str, list[pytest.Item]]] = {}
    for item in items:
        module, *names = item.nodeid.split("::")
        inner = "::".join(names[:-1])
        groups.setdefault(module, {}).setdefault(inner, []).append(item)
    modules = list(groups.values())
    chance.shuffle(modules)
    items.clear()
    for module_groups in modules:
        classes = list(module_groups.values())
        chance.shuffle(classes)
        for tests in classes:
            chance.shuffle(tests)
            items.extend(tests)


def _limit_files() -> None:
    """Keep an endless print from filling the disk, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE, _MAX_FILE))


def _forget(repository: str) -> None:
    """Forget the modules and paths of the course that this process may have inherited."""
    from _pytest.assertion.rewrite import AssertionRewritingHook

    def is_ours(path: str) -> bool:
        return path.startswith(repository + os.sep) and "site-packages" not in path

    for name, module in list(sys.modules.items()):
        if name != "__main__" and is_ours(getattr(module, "__file__", None) or ""):
            del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if not is_ours(str(Path(entry).resolve()))]
    # pytest of the process that forked this one goes on there, and has no part in what follows.
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, AssertionRewritingHook)]


if __name__ == "__main__":
    main(Order.from_json(sys.argv[1]))
