"""A stage's tests on the bench: run on the right app, on one that you break, and measured."""

import atexit
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from workshop.lab import covered
from workshop.lab.app import Difference, LabError, wanted
from workshop.lab.canvas import Drawing
from workshop.lab.table import Table
from workshop.suite.trials import Bench, Trial


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
    """Tests, and the app to try them on. Each run has a copy and a process of its own."""

    def __init__(self, bench: Bench, target: str) -> None:
        self._bench = bench
        self._target = target

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
        trial = self._trial(replace or {})
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
        trial = self._trial(replace)
        rows = [
            [test.id.removeprefix("tests/"), test.message.partition("\n")[0]]
            for test in trial.failed
        ]
        return Table(("test", "says"), rows or [["none", "no test has noticed"]], code=True)

    def changes(self, replace: dict[str, str]) -> Difference:
        """Return what `replace` changes in the app, as a diff."""
        given = self._bench.given
        after = self._broken(replace)
        return Difference([(n, given[n], after[n]) for n in given if given[n] != after[n]])

    def coverage(self) -> Drawing:
        """Draw for each file of the app how much of it the tests run."""
        return covered.files(self._bench.coverage["files"])

    def coverage_of(self, name: str) -> Drawing:
        """Draw a file of the app, and which of its lines the tests run.

        Args:
            name: the path of the file, as in `app/health.py`.

        """
        files = self._bench.coverage["files"]
        if name not in files:
            raise LabError(f"There is no {name} in what was measured: {', '.join(files)}.")
        return covered.code(name, self._bench.given[name], files[name])

    def _trial(self, replace: dict[str, str]) -> Trial:
        trial = self._bench.on_app(self._broken(replace)) if replace else self._bench.first
        if trial.broken or trial.end != "finished":
            raise LabError(f"The tests do not get to their end: {trial.broken or trial.end}")
        return trial

    def _broken(self, replace: dict[str, str]) -> dict[str, str]:
        app = dict(self._bench.given)
        for old, new in replace.items():
            names = [name for name, text in app.items() if old in text]
            if len(names) != 1 or app[names[0]].count(old) != 1:
                raise LabError(f"The text to replace must be in the app exactly once: {old!r}.")
            app[names[0]] = app[names[0]].replace(old, new)
        return app
