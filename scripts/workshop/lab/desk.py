"""A stage's tests on the bench: run on the right app, on one that you break, and measured."""

import atexit
import multiprocessing
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

from workshop.lab import covered
from workshop.lab.app import Difference, LabError, wanted
from workshop.lab.canvas import Drawing
from workshop.lab.table import Table
from workshop.processes import workers
from workshop.suite.trials import Bench, Failed, Trial, load_libraries


def desk(number: int, *, of: str | None = None) -> "Desk":
    """Put the tests of a stage on a desk, beside the app that they are about.

    Args:
        number: the stage, one in which tests are written.
        of: `solutions` or `stages`; else what `WORKSHOP_TARGET` says, which is the solution unless
            it says `stages`.

    Raises:
        LabError: when there is no such stage, or its app is not given.

    """
    stage, target = wanted(number, of)
    if not stage.app_is_given:
        raise LabError(f"In stage {number} you write an app, and no tests for one.")
    scratch = tempfile.TemporaryDirectory(prefix="workshop-lab-", ignore_cleanup_errors=True)
    atexit.register(scratch.cleanup)
    folder = stage.solution if target == "solutions" else stage.starter
    return Desk(Bench(stage, folder, Path(scratch.name).resolve()), target)


class Desk:
    """Tests, and the app to try them on. Each run has a copy and a process of its own.

    A kernel has threads, and so is not forked well: the runs come from processes of the desk,
    which have the libraries loaded.
    """

    def __init__(self, bench: Bench, target: str) -> None:
        self._bench = bench
        self._target = target
        self._processes = ProcessPoolExecutor(
            workers(),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_sit_down,
            initargs=(bench,),
        )

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        stage = self._bench.stage
        where = f"{self._target}/{stage.name}"
        text = f"Stage {stage.number} · {stage.title}: its tests are served from {where}/tests"
        return {"text/plain": f"{text}."}

    def run(self, replace: dict[str, str] | None = None) -> Table:
        """Run all tests; return how many passed and failed, by file.

        Args:
            replace: changes of the app's source: old text and new text; each old text must be
                there exactly once.

        """
        (trial,) = self._trials(replace or {})
        failed = Counter(test.id.partition("::")[0] for test in trial.failed)
        found = Counter(test.partition("::")[0] for test in trial.tests)
        rows = [
            [name, count, count - failed[name], failed[name] or ""]
            for name, count in sorted(found.items())
        ]
        marked = frozenset(n for n, (name, *_) in enumerate(rows) if failed[str(name)])
        return Table(("file", "tests", "passed", "failed"), rows, marked=marked)

    def noticed_by(self, replace: dict[str, str]) -> Table:
        """Break the app, and return which tests fail, and in which words.

        Of these the first line alone: what follows it has tokens in it, which differ in every run.
        """
        (trial,) = self._trials(replace)
        rows = [[_named(test), test.message.partition("\n")[0]] for test in trial.failed]
        return Table(("test", "says"), rows or [["none", "no test has noticed"]], code=True)

    def compare(self, bugs: dict[str, dict[str, str]]) -> Table:
        """Break the app in one way after the other; return how many tests notice, and one of them.

        Args:
            bugs: what to call each bug, and what it replaces.

        """
        trials = self._trials(*bugs.values())
        rows = [
            [name, len(trial.failed), _named(trial.failed[0]) if trial.failed else ""]
            for name, trial in zip(bugs, trials, strict=True)
        ]
        return Table(("bug", "noticed by", "for one"), rows)

    def changes(self, replace: dict[str, str]) -> Difference:
        """Return what `replace` changes in the app, as a diff."""
        given = self._bench.given
        after = self._broken(replace)
        return Difference([(n, given[n], after[n]) for n in given if given[n] != after[n]])

    def coverage(self) -> Drawing:
        """Draw for each file of the app how much of it the tests run."""
        return covered.files(self._coverage)

    def coverage_of(self, name: str) -> Drawing:
        """Draw a file of the app, and which of its lines the tests run.

        Args:
            name: the path of the file, as in `app/health.py`.

        """
        files = self._coverage
        if name not in files:
            raise LabError(f"There is no {name} in what was measured: {', '.join(files)}.")
        return covered.code(name, self._bench.given[name], files[name])

    def _trials(self, *changes: dict[str, str]) -> list[Trial]:
        """Return what becomes of all tests on apps that are changed so, which run side by side."""
        trials = list(self._processes.map(_tried, [self._broken(replace) for replace in changes]))
        for trial in trials:
            if trial.broken or trial.end != "finished":
                raise LabError(f"The tests do not get to their end: {trial.broken or trial.end}")
        return trials

    @cached_property
    def _coverage(self) -> dict[str, Any]:
        measured = self._processes.submit(_measured).result()
        if not measured:
            raise LabError("The tests do not get to their end: there is nothing to measure.")
        files: dict[str, Any] = measured["files"]
        return files

    def _broken(self, replace: dict[str, str]) -> dict[str, str]:
        app = dict(self._bench.given)
        for old, new in replace.items():
            names = [name for name, text in app.items() if old in text]
            if len(names) != 1 or app[names[0]].count(old) != 1:
                raise LabError(f"The text to replace must be in the app exactly once: {old!r}.")
            app[names[0]] = app[names[0]].replace(old, new)
        return app


def _named(test: Failed) -> str:
    return test.id.removeprefix("tests/")


# In a process of the desk: the bench it works at.
_bench: Bench


def _sit_down(bench: Bench) -> None:
    global _bench
    _bench = bench
    load_libraries(bench.stage)


def _tried(app: dict[str, str]) -> Trial:
    return _bench.on_app(app)


def _measured() -> dict[str, Any]:
    return _bench.measured()
