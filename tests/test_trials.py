"""Runs of a student's tests, where there is no fork: each in a Python of its own.

What becomes of whole suites, weak and good ones, is pinned by the gate of stage 9.
"""

from pathlib import Path

import pytest

from workshop import course
from workshop.suite import mutants, trials
from workshop.suite.trials import Bench

CONFTEST = """
import pytest
from app import create_app


@pytest.fixture(autouse=True)
def _push_request_context():
    yield


@pytest.fixture
def app():
    return create_app("testing")
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that puts a test file on a bench."""
    monkeypatch.setattr(trials, "CAN_FORK", False)
    stage = course.find("9", "test")
    folder = tmp_path / "work"
    (folder / "tests").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\npythonpath = .\n")
    (folder / "tests" / "conftest.py").write_text(CONFTEST)

    def made(tests: str) -> Bench:
        (folder / "tests" / "test_it.py").write_text(tests)
        (tmp_path / "scratch").mkdir()
        return Bench(stage, folder, tmp_path / "scratch")

    return made


def test_each_test_has_its_verdict_and_a_failed_one_its_line_and_words(bench):
    trial = bench(
        "def test_right(client):\n"
        "    assert client.get('/health').json == {'status': 'ok'}\n"
        "def test_wrong(client):\n"
        "    assert client.get('/health').status_code == 201\n"
    ).alone("tests/test_it.py")
    assert (trial.end, trial.passed, trial.broken) == ("finished", 1, "")
    assert trial.tests == ["tests/test_it.py::test_right", "tests/test_it.py::test_wrong"]
    (failed,) = trial.failed
    assert (failed.id, failed.file, failed.line) == (trial.tests[1], "tests/test_it.py", 4)
    assert "assert 200 == 201" in failed.message


def test_the_engine_is_not_there_for_the_tests(bench):
    trial = bench("def test_it():\n    import workshop\n").alone("tests/test_it.py")
    assert "ModuleNotFoundError" in trial.failed[0].message


def test_what_ends_its_process_is_told_from_what_ends_well(bench):
    trial = bench("import os\ndef test_it():\n    os._exit(0)\n").alone("tests/test_it.py")
    assert (trial.end, trial.current) == ("ended", "tests/test_it.py::test_it")


def test_whoever_fails_by_count_catches_nothing(bench, tmp_path):
    """The first run is good and all later ones fail, on whatever app."""
    count = tmp_path / "count"
    tests = bench(
        "from pathlib import Path\n"
        f"COUNT = Path({str(count)!r})\n"
        "def test_it(client):\n"
        "    number = len(COUNT.read_text()) if COUNT.exists() else 0\n"
        "    COUNT.write_text('x' * (number + 1))\n"
        "    assert client.get('/health').status_code == 200\n"
        "    assert number < 1\n"
    )
    assert tests.first.good
    mutant = next(mutants.in_folder(tests.stage.suite_dir / "mutants"))
    catch = tests.on(mutant)
    assert (catch.by, catch.doubt) == ("", "tests/test_it.py::test_it")
