"""What a run reported: the verdict on each test, or why there is none."""

import contextlib
import json
import linecache
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from workshop.course import Stage


@dataclass
class Result:
    """The verdict on one test, as the run reported it. `failure` holds the details.

    Of the tests with a `share` it is enough that this part of them passes. `hidden` is one that is
    not of the suite, and not for the student to see. `note` is what the test
    has to say beside its verdict, `unchecked` what the machine lacks where there can be none.
    """

    id: str
    task: str | None
    requirement: str
    share: float | None = None
    hidden: bool = False
    passed: bool | None = None
    note: str = ""
    unchecked: str = ""
    failure: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What is known after a run: green only when every test that has to reported a pass.

    What the machine could not check is neither met nor failed, and told apart everywhere.

    `stopped` tells why a run has no full verdict: `load_failed`, `suite_broken`, `hung`, `ended`
    (the student's code ended the process) or `deadline`; `detail` holds what is known of it.
    Of an app apart, `confined_by` are the names of what confined it, and `tampered` says with what
    it has meddled beside its own affairs.
    """

    stage: Stage
    app_dir: Path
    results: list[Result]
    stopped: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    output: str = ""
    output_length: int = 0
    seconds: float = 0.0
    confined_by: frozenset[str] = frozenset()
    tampered: str = ""

    @property
    def green(self) -> bool:
        """Tell whether everything passed that could be checked, or enough of what has a share."""
        return not self.stopped and self.met > 0 and not self._blocking

    @property
    def complete(self) -> bool:
        """Tell whether everything passed."""
        return self.green and not self.failing

    @property
    def shared(self) -> list[Result]:
        """Return the tests of which a part is enough."""
        return [result for result in self.results if result.share is not None]

    @property
    def enough(self) -> int:
        """Return how many of the tests with a share have to pass."""
        share = max((result.share or 0 for result in self.shared), default=0)
        return ceil(share * len(self.shared) - 1e-9)  # 0.8 of 35 is 28, whatever floats say

    @property
    def _blocking(self) -> list[Result]:
        """Return the tests that keep the run from being green."""
        met = sum(result.passed is True for result in self.shared) >= self.enough
        return [result for result in self.failing if result.share is None or not met]

    @property
    def first_failure(self) -> Result | None:
        """Return the test to open: the first that did not pass, in the order of the tasks.

        What keeps the run from being green comes before what does not.
        """
        open_ones = [*self._blocking, *self.failing]
        return next((result for result in open_ones if result.passed is False), None)

    @property
    def failing(self) -> list[Result]:
        """Return every test that did not report a pass, though it could be checked."""
        return [result for result in self.results if not result.passed and not result.unchecked]

    @property
    def met(self) -> int:
        """Return how many tests passed."""
        return sum(result.passed is True for result in self.results)

    @property
    def lacking(self) -> dict[str, int]:
        """Return what the machine lacks, and how many tests need each."""
        return Counter(result.unchecked for result in self.results if result.unchecked)


# An internal error, and one in how it was called (https://docs.pytest.org, "Exit codes").
_OF_PYTEST_ITSELF = (3, 4)


def all_met(results: Iterable[Result]) -> bool:
    """Tell whether every test passed that could be checked, and there was one."""
    verdicts = [result.passed for result in results if not result.unchecked]
    return bool(verdicts) and all(verdicts)


def read(
    stage: Stage,
    app_dir: Path,
    reports: Sequence[Path],
    in_time: bool,
    copy: Path | None = None,
) -> Outcome:
    """Make the outcome of what a run reported; what is missing counts against it.

    Args:
        stage: the stage whose suite ran.
        app_dir: the folder of the app.
        reports: the folder of each process of the run; each process ran a part of the tests.
        in_time: whether the run ended by itself.
        copy: the folder from which the app was loaded, where that is another one. Nothing is read
            there: the app could write it, links to any file as well.

    """
    outcome = Outcome(stage, app_dir, [])
    by_id: dict[str, Result] = {}
    for report in reports:
        _read_part(outcome, by_id, report, in_time, copy or app_dir)
    outcome.results = list(by_id.values())
    return outcome


def progress(reports: Sequence[Path]) -> tuple[int, int]:
    """Return how many tests have their verdict, and how many there are (0 while loading)."""
    events = [event for report in reports for event in _events(report)]
    total = next((len(e["tests"]) for e in events if e["event"] == "collected"), 0)
    return sum(e["event"] == "result" for e in events), total


def _read_part(
    outcome: Outcome, by_id: dict[str, Result], report: Path, in_time: bool, copy: Path
) -> None:
    """Add what one process reported; each knows of all tests and ran a part of them."""
    last_asked: dict[str, Any] | None = None
    current = ""
    finished = False
    for event in _events(report):
        match event.pop("event"):
            case "load_failed" | "suite_broken" as kind:
                outcome.stopped, outcome.detail = kind, event
                finished = True
            case "confined":
                outcome.confined_by = frozenset(event["by"])
            case "tampered":
                outcome.tampered = event["how"]
            case "collected":
                for test in event["tests"]:
                    result = Result(**test)
                    by_id.setdefault(test["id"], result)
            case "started":
                current, last_asked = event["id"], None
            case "asked":
                last_asked = event
            case "result" if event["id"] in by_id:
                _note(by_id[event["id"]], event)
            case "result":
                outcome.tampered = "its report tells of tests that there are not"
            case "finished":
                finished = True
                if event["code"] in _OF_PYTEST_ITSELF and not outcome.stopped:
                    outcome.stopped = "suite_broken"
                    outcome.detail = {"message": f"pytest ends with exit code {event['code']}"}
    if not finished and not outcome.stopped:
        outcome.stopped = _how_it_died(report, in_time)
        stack = _stack(report, outcome.app_dir.resolve(), copy.resolve())
        outcome.detail = {"id": current, "exchange": last_asked, **stack}
    with contextlib.suppress(FileNotFoundError), (report / "output").open("rb") as output:
        if not outcome.output:
            outcome.output = output.read(4000).decode("utf-8", "replace")
            outcome.output_length = (report / "output").stat().st_size


def _events(report: Path) -> list[dict[str, Any]]:
    found = []
    with contextlib.suppress(FileNotFoundError):
        for line in (report / "events").read_text(encoding="utf-8").splitlines():
            # The last line of a process that was killed can be half a line.
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return found


def _note(result: Result, event: dict[str, Any]) -> None:
    """Keep a verdict; a failure, of the test or its clean-up, is never undone by a later pass."""
    if result.passed is False:
        return
    result.passed = event["passed"]
    result.unchecked = event.get("unchecked", "")
    result.failure = event if event["passed"] is False else {}
    result.note = event["note"]


def _how_it_died(report: Path, in_time: bool) -> str:
    stack = report / "stack"
    if stack.exists() and stack.stat().st_size:
        return "hung"
    return "ended" if in_time else "deadline"


def _stack(report: Path, app_dir: Path, copy: Path) -> dict[str, Any]:
    """Return the student's line that was running when the deadline passed, if it is known."""
    with contextlib.suppress(FileNotFoundError):
        text = (report / "stack").read_text(encoding="utf-8", errors="replace")
        for name, number in re.findall(r'File "(.+?)", line (\d{1,9})', text):
            with contextlib.suppress(ValueError):
                file = Path(name).relative_to(copy)
                # A stack is told by who hangs, and need not be true.
                if not (app_dir / file).resolve().is_relative_to(app_dir):
                    continue
                path = str(app_dir / file)
                linecache.checkcache(path)
                source = linecache.getline(path, int(number)).strip()
                return {"file": file.as_posix(), "line": int(number), "source": source}
    return {}
