"""Runs of a student's tests; most of them where there is no fork, each in a Python of its own.

What becomes of whole suites, weak and good ones, is pinned by the gate of stage 9.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workshop import course
from workshop.suite import mutants, trials
from workshop.suite.ranking import Ranking
from workshop.suite.trials import Bench

REPOSITORY = Path(__file__).resolve().parents[1]

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
def folder(tmp_path: Path) -> Path:
    """Make a student's folder that has no test yet."""
    folder = tmp_path / "work"
    (folder / "tests").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\npythonpath = .\n")
    (folder / "tests" / "conftest.py").write_text(CONFTEST)
    return folder


@pytest.fixture
def bench(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that puts a test file on a bench."""
    monkeypatch.setattr(trials, "CAN_FORK", False)
    stage = course.find("9", "test")

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


# In a process without threads, which can be forked. It tells what became of one bug.
CATCH = """
import json, sys, tempfile
from pathlib import Path
from workshop import course
from workshop.suite import mutants
from workshop.suite.trials import Bench, load_libraries

stage = course.find("9", "test")
load_libraries(stage)
with tempfile.TemporaryDirectory() as scratch:
    bench = Bench(stage, Path(sys.argv[1]), Path(scratch))
    assert bench.first.good, bench.first
    bugs = {mutant.name: mutant for mutant in mutants.in_folder(stage.suite_dir / "mutants")}
    catches = [bench.on(bugs["request_id_replaced"]) for _ in range(2)]
    print(json.dumps([[catch.by, catch.doubt] for catch in catches]))
"""

KEEPS_THE_ID = """
def test_it(client):
    sent = {"X-Request-ID": "abcdefgh-1234"}
    assert client.get("/health", headers=sent).headers["X-Request-ID"] == "abcdefgh-1234"
"""

HAS_A_THREAD = """
import queue, threading
asked, answered = queue.Queue(), queue.Queue()
def answer():
    while True:
        answered.put(asked.get())

threading.Thread(target=answer, daemon=True).start()

def test_it(client):
    sent = {"X-Request-ID": "abcdefgh-1234"}
    asked.put(client.get("/health", headers=sent).headers["X-Request-ID"])
    assert answered.get(timeout=5) == "abcdefgh-1234"
"""

CANNOT_BE_LOADED_ELSEWHERE = (
    """
import inspect
import app.config
assert "# " in inspect.getsource(app.config), "written in other words"
"""
    + KEEPS_THE_ID
)


@pytest.mark.parametrize(
    ("tests", "catch"),
    [
        pytest.param(KEEPS_THE_ID, ["tests/test_it.py::test_it", ""], id="as usual"),
        pytest.param(HAS_A_THREAD, ["tests/test_it.py::test_it", ""], id="with a thread"),
        pytest.param(
            CANNOT_BE_LOADED_ELSEWHERE, ["", "tests/test_it.py::test_it"], id="not to be loaded"
        ),
    ],
)
@pytest.mark.skipif(not trials.CAN_FORK, reason="nothing can be forked here")
def test_what_catches_a_bug_is_confirmed_from_tests_that_are_loaded(folder, tests, catch):
    (folder / "tests" / "test_it.py").write_text(tests)
    done = subprocess.run(
        [sys.executable, "-c", CATCH, str(folder)],
        env={"PYTHONPATH": str(REPOSITORY / "scripts"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [catch, catch]


def test_tests_that_speak_of_a_bug_come_first():
    files = {
        "tests/test_it.py": b"def test_one(): assert page\n"
        b"def test_two(): assert color\n"
        b"class TestIt:\n    def test_logging_out(self): assert page\n",
        "tests/broken.py": b"def (",
    }
    ids = ["tests/test_it.py::test_one", "tests/test_it.py::test_two[a]"]
    ids += ["tests/test_it.py::TestIt::test_logging_out", "tests/made.py::test_made"]
    ranking = Ranking(ids, files)
    assert ranking.order("The color is lost")[0] == ids[1]
    assert ranking.order("a token that was logged out, and the page after")[0] == ids[2]
    assert sorted(ranking.order("nothing of all this")) == sorted(ids)
