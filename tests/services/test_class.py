"""A class that workers grade, on the brokers that machines share."""

import signal
from pathlib import Path
from typing import Any

import pytest

from workshop.grading.grades import Verdict
from workshop.grading.shelf import Shelf


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_workers_give_the_grades_of_one_machine(
    broker: str, course: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    right = course.path("solutions/01_tiny/app.py").read_text(encoding="utf-8")
    texts = {"anna": right, "ben": right.replace('"round"', '"square"'), "carl": "def f(:\n"}
    for name, text in texts.items():
        folder = tmp_path / "class" / name / "01"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(text, encoding="utf-8")
    url = request.getfixturevalue(broker).url
    words = ("grade", f"SUBMISSIONS={tmp_path / 'class'}", "STAGES=1")

    workers = [course.start("grade-worker", f"BROKER={url}", "WORKERS=1") for _ in range(2)]
    try:
        spread = course.run(*words, f"OUT={tmp_path / 'spread'}", f"BROKER={url}")
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        said = [worker.communicate(timeout=60)[0] for worker in workers]
    here = course.run(*words, f"OUT={tmp_path / 'here'}")

    assert (spread.code, here.code) == (0, 0), spread.err + here.err
    assert grades_in(tmp_path / "spread") == grades_in(tmp_path / "here")
    assert grades_in(tmp_path / "here")["ben"] == (Verdict.FAIL, 50)
    assert "anna, stage 1: PASS" in "".join(said)


def grades_in(folder: Path) -> dict[str, tuple[Verdict, float] | None]:
    """Return verdict and points by student."""
    found = {name: Shelf(folder).get(name, 1) for name in ("anna", "ben", "carl")}
    return {name: grade and (grade.verdict, grade.points) for name, grade in found.items()}
