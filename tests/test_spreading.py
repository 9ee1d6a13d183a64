"""A class that workers grade, which take their orders from a folder."""

import signal
import time

import pytest

from workshop.grading.grades import Verdict
from workshop.grading.shelf import Shelf
from workshop.processes import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="apps run apart where there is fork")


@pytest.fixture
def right(course):
    return course.path("solutions/01_tiny/app.py").read_text(encoding="utf-8")


@pytest.fixture
def students(right, tmp_path):
    """Return the folder of a class: four are right, one is half right, one cannot be read."""
    texts = {f"right {number}": f"{right}\n# {number}\n" for number in range(4)}
    texts |= {"half": right.replace('"round"', '"square"'), "broken": "def f(:\n"}
    for name, text in texts.items():
        folder = tmp_path / "class" / name / "01"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(text, encoding="utf-8")
    return tmp_path / "class"


@pytest.fixture
def worker(course, tmp_path):
    """Return a function that starts a worker; all end with the test."""
    started = []

    def start():
        words = ("grade-worker", f"BROKER={tmp_path / 'broker'}", "WORKERS=1")
        started.append(course.start(*words))
        return started[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def grades_of(folder):
    """Return verdict and points by student."""
    shelf = Shelf(folder)
    names = ["broken", "half", *(f"right {number}" for number in range(4))]
    found = {name: shelf.get(name, 1) for name in names}
    return {name: grade and (grade.verdict, grade.points) for name, grade in found.items()}


def test_workers_give_the_same_grades(course, students, worker, tmp_path):
    worker()
    worker()
    words = ("grade", f"SUBMISSIONS={students}")
    spread = course.run(
        *words, "STAGES=1", f"OUT={tmp_path / 'spread'}", f"BROKER={tmp_path / 'broker'}"
    )
    assert spread.code == 0, spread.err
    here = course.run(*words, "STAGES=1", f"OUT={tmp_path / 'here'}")
    assert here.code == 0, here.err
    assert grades_of(tmp_path / "spread") == grades_of(tmp_path / "here")
    assert grades_of(tmp_path / "here")["half"] == (Verdict.FAIL, 50)
    assert Shelf(tmp_path / "spread").get("right 1", 1).isolation
    assert list((tmp_path / "broker/queue").iterdir()) == []


def test_a_worker_of_another_version_gives_no_grade(course, students, tmp_path):
    grader = course.start(
        "grade",
        f"SUBMISSIONS={students}",
        "STAGES=1",
        f"OUT={tmp_path / 'out'}",
        f"BROKER={tmp_path / 'nobody'}",
    )
    queue = tmp_path / "nobody/queue"
    until = time.monotonic() + 60
    while len(list(queue.glob("*.msg"))) < 6 and time.monotonic() < until:
        time.sleep(0.05)
    course.edit("stages/01_tiny/tests/test_color.py", "because color", "since color")
    late = course.start("grade-worker", f"BROKER={tmp_path / 'nobody'}", "WORKERS=2")
    said, _ = grader.communicate(timeout=100)
    late.send_signal(signal.SIGTERM)
    late.communicate(timeout=60)
    assert grader.returncode == 1
    assert "a worker has another version of the course" in said
    assert set(grades_of(tmp_path / "out").values()) == {None}


@pytest.mark.parametrize(
    ("broker", "says"),
    [
        ("nonsense://x", "nonsense://x is no broker: give redis://"),
        ("redis://127.0.0.1:1/0", "cannot be reached"),
        ("/proc/nowhere", "Cannot write /proc/nowhere"),
    ],
)
@pytest.mark.parametrize("command", ["grade", "grade-worker"])
def test_a_broker_that_is_none_is_one_line(course, students, tmp_path, command, broker, says):
    words = [f"SUBMISSIONS={students}", f"OUT={tmp_path / 'out'}"] if command == "grade" else []
    done = course.run(command, *words, f"BROKER={broker}")
    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err
