"""How pytest runs a suite: in the order of the stage's tasks, showing exchanges when it fails."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workshop.suite.fixtures import RECORDER, stage_dir

if TYPE_CHECKING:
    from workshop.course import Stage


def task_of(item: pytest.Item) -> str | None:
    """Return the task that a test checks; None when it checks what works from the start."""
    marker = item.get_closest_marker("task")
    return marker.args[0] if marker else None


def share_of(item: pytest.Item) -> float | None:
    """Return which part of the tests marked like this one has to pass; None when it has to."""
    marker = item.get_closest_marker("share")
    return float(marker.args[0]) if marker else None


def requirement_of(item: pytest.Item) -> str:
    """Return a test's docstring as one line, its parameters filled in as `{name}`."""
    doc = getattr(getattr(item, "function", None), "__doc__", None) or item.name
    text = " ".join(doc.split()).removesuffix(".")
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    for name, value in params.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what works from the start first, then the tasks in the order of `stage.toml`."""
    from workshop.course import load

    stages: dict[Path, Stage] = {}

    def place(item: pytest.Item) -> tuple[str, int]:
        folder = stage_dir(item.path)
        stage = stages.setdefault(folder, load(folder)) if folder not in stages else stages[folder]
        task = task_of(item)
        order = [task.id for task in stage.tasks]
        return folder.name, order.index(task) + 1 if task in order else 0

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show the exchanges of a failed test under plain pytest."""
    report: Any = yield
    recorder = item.stash.get(RECORDER, None)
    if report.when == "call" and report.failed and recorder is not None:
        lines = [f"{e.method} {e.path} -> {e.status} {e.answer_body}" for e in recorder.exchanges]
        report.sections.append(("Requests and answers", "\n".join(lines)))
    return report
