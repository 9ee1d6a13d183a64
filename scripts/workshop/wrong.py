"""Known-wrong programs: a solution with one trap in it, and the transcript that it must earn.

`tests/wrong/NN/name.toml` says what is changed, and which test has to notice; `without` names what
is dropped before, as `tests/`. `name.txt` beside it is the whole page that a student would see,
recorded with `workshop verify --record`.
"""

import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workshop import edits, report, starters
from workshop.course import Stage
from workshop.front import through_make
from workshop.outcomes import Outcome
from workshop.paths import REPOSITORY, shown

# What differs from run to run, however the program is written.
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"), "2026-01-01T00:00:00"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d([.,]\d+)?"), "2026-01-01 00:00:00"),
    (re.compile(r'(ETag: "[^"\n]*)\d{4}-\d\d-\d\d'), r"\g<1>2026-01-01"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x1234"),
    (re.compile(r"\b1[789]\d{8}\b"), "1767225600"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "0" * 32),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), f"{uuid.UUID(int=0)}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*|…)"), "eyJ.a.token"),
    (re.compile(r"\b(scrypt|pbkdf2):[\w:]+\$[\w$/+]+"), r"\1:a$hash"),
    (re.compile(r"(\d+ tests), \d+\.\d s"), r"\1, 1.0 s"),
    # What is left of a limit that no test meets: it depends on how often a check looked.
    (re.compile(r"(X-RateLimit-Remaining: )9\d{4}\b"), r"\g<1>99999"),
    (re.compile(r"(Retry-After: )(6|360)0\b"), r"\g<1>\g<2>1"),
    (re.compile(r"[^\s:'\"]*/workshop-[^/\s]*"), "/scratch"),
    (re.compile(r"/scratch/(gunicorn|nginx)-\d+/"), r"/scratch/\1-0/"),
    # Where a line is cut depends on how many digits there are.
    (re.compile(r'"duration_ms": [\d.]+([^\n]*…)?'), '"duration_ms": 1.0 …'),
    # And so how long a log is.
    (re.compile(r"(program printed )\d,\d{3} "), r"\g<1>1,000 "),
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class WrongProgram:
    """One trap. `fails` is the id of the test that is opened, empty when the app does not load."""

    file: Path
    trap: str
    fails: str
    files: dict[str, str]
    test_seconds: float | None

    @property
    def golden(self) -> Path:
        """Return the file with the page that a student would see."""
        return self.file.with_suffix(".txt")


def programs(stage: Stage) -> Iterator[WrongProgram]:
    """Yield the known-wrong programs of a stage.

    Raises:
        UsageError: when a file is not as it should be, or an edit no longer fits the solution.

    """
    solution = starters.solved(stage)
    for file in sorted(folder(stage).glob("*.toml")):
        yield _load(file, solution)


def folder(stage: Stage) -> Path:
    """Return where a stage's known-wrong programs are."""
    return stage.root / "tests" / "wrong" / f"{stage.number:02}"


def right_programs(stage: Stage) -> list[Path]:
    """Return the folders of right solutions that are written differently."""
    parent = stage.root / "tests" / "right" / f"{stage.number:02}"
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []


def write(program: WrongProgram, directory: Path) -> None:
    """Write the files of a program into a folder."""
    for name, text in program.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def page(outcome: Outcome, *, whole: bool = True) -> str:
    """Return the page that a student with this program would see, the same in every run.

    Args:
        outcome: what came of the run.
        whole: whether to return all of it, and not only what it opens.

    """
    ran_in = str(outcome.app_dir.resolve())
    outcome.app_dir = outcome.stage.starter
    with through_make():
        text = (report.page_of if whole else report.opened_of)(outcome).plain()
    text = text.replace(ran_in, shown(outcome.stage.starter))
    for pattern, constant in _VARYING:
        text = pattern.sub(constant, text)
    return text


def path_of_this_machine(page: str) -> str:
    """Return where a page names a folder that only this machine has; empty when it does nowhere."""
    own = (str(REPOSITORY), sys.prefix, sys.base_prefix, str(Path.home()))
    # Everybody has a folder such as `/usr`, and a `/` may be anything.
    folders = [folder for folder in own if len(Path(folder).parts) > 2]
    return next((folder for folder in folders if folder in page), "")


def day_of_today(page: str) -> str:
    """Return a day in a page that is near today, and so another one in a later run; else empty."""
    today = datetime.now(UTC).date()
    days = {str(today + timedelta(days=distance)) for distance in range(-3, 4)}
    return next((day for day in _DAY.findall(page) if day in days), "")


def opened(outcome: Outcome) -> str:
    """Return the id of the test that the page opens, empty when there is none."""
    if outcome.stopped:
        return str(outcome.detail.get("id", ""))
    return outcome.first_failure.id if outcome.first_failure else ""


def _load(file: Path, solution: dict[str, str]) -> WrongProgram:
    data = edits.load(file, {"trap", "fails"}, {"test_seconds", "without"})
    kept = {
        name: text
        for name, text in solution.items()
        if not name.startswith(tuple(data.get("without", ())))
    }
    files = edits.applied(file, data["edit"], kept)
    return WrongProgram(file, data["trap"], data["fails"], files, data.get("test_seconds"))
