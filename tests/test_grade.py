"""Grading a class by the command, on the small course."""

import json
import os
import shutil
import signal
import time

import pytest

from workshop.commands.grade import add_isolation
from workshop.grading.grades import Grade, Verdict
from workshop.grading.marked_class import Marked
from workshop.grading.shelf import Shelf
from workshop.paths import REPOSITORY
from workshop.processes import CAN_FORK
from workshop.screen import Page

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="apps run apart where there is fork")


@pytest.fixture
def students(course, tmp_path):
    """Return a function that hands in an app for a stage, as a student."""

    def hand_in(student, number, text):
        folder = tmp_path / "class" / student / f"{number:02}"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(text, encoding="utf-8")

    return hand_in


@pytest.fixture
def right(course):
    """Return a function that returns a right app for a stage."""
    folders = {1: "01_tiny", 2: "02_small"}
    return lambda number: course.path(f"solutions/{folders[number]}/app.py").read_text()


@pytest.fixture
def grade(course, tmp_path):
    """Return a function that runs the command on the class, and returns what it did."""

    def grade(*words):
        folder, out = str(tmp_path / "class"), str(tmp_path / "out")
        return course.run("grade", f"SUBMISSIONS={folder}", f"OUT={out}", *words)

    return grade


@pytest.fixture
def grades(tmp_path):
    """Return a function that returns a student's grade for a stage."""
    return lambda student, number=1: Shelf(tmp_path / "out").get(student, number)


def test_each_gets_what_the_tests_say(students, right, grade, grades):
    students("ann", 1, right(1))
    students("ann", 2, right(2))
    students("bob", 1, right(1).replace('"round"', '"square"'))
    students("cleo", 1, "def f(:\n")
    done = grade()
    assert done.code == 0, done.err
    assert [grades("ann", number).verdict for number in (1, 2)] == [Verdict.PASS] * 2
    bob = grades("bob")
    assert (bob.verdict, bob.points) == (Verdict.FAIL, 50)
    assert [(task.id, task.met, task.of) for task in bob.tasks] == [
        ("say-color", 1, 1),
        ("add-shape", 0, 1),
    ]
    assert "Expected" in bob.page and '"square"' in bob.page
    assert bob.hint == "First hint of add-shape."
    cleo = grades("cleo")
    assert (cleo.verdict, cleo.points) == (Verdict.ERROR, 0)
    assert "Python cannot read" in cleo.reason and "line 1" in cleo.reason
    assert grades("bob", 2) is None
    for name in ("ann", "bob", "cleo"):
        assert name in done.out


def test_what_confined_a_submission_is_told(students, right, grade, grades):
    from workshop.confinement import available, level_of

    students("ann", 1, right(1))
    students("bob", 1, "import nothing_of_this_name\n")
    grade()
    for student in ("ann", "bob"):
        assert level_of(set(grades(student).isolation)) == level_of(available()), student


def test_what_did_not_change_is_not_graded_again(students, right, grade, grades, course):
    students("ann", 1, right(1))
    grade()
    first = grades("ann")
    done = grade()
    assert "1 of 1 grades are from before" in done.out
    assert grades("ann") == first
    assert "from before" not in grade("--again").out
    course.edit("stages/01_tiny/tests/test_color.py", "because color", "since color")
    assert "from before" not in grade().out, "another suite is another grader"


def test_a_second_grading_shows_what_changed(students, right, grade, grades, tmp_path):
    students("ann", 1, right(1).replace('"round"', '"square"'))
    grade()
    (tmp_path / "class/ann/01/app.py").write_text(right(1), encoding="utf-8")
    assert "FAIL 50 → PASS 100" in grade().out
    assert grades("ann").verdict is Verdict.PASS


def test_a_class_that_was_killed_goes_on_where_it_was(students, right, grade, course, tmp_path):
    names = [f"student {number}" for number in range(8)]
    for name in names:
        students(name, 1, f"{right(1)}\n# {name}\n")
    folder, out = tmp_path / "class", tmp_path / "out"
    words = ("grade", f"SUBMISSIONS={folder}", f"OUT={out}", "WORKERS=1")
    process = course.start(*words)
    until = time.monotonic() + 60
    while len(list(out.rglob("grades/01/*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    shelf = Shelf(out)
    before = {name: kept for name in names if (kept := shelf.get(name, 1))}
    assert 2 <= len(before) < len(names), "it was to be killed in the middle"
    done = grade("WORKERS=1")
    assert f"{len(before)} of {len(names)} grades are from before" in done.out
    after = {name: shelf.get(name, 1) for name in names}
    assert all(kept and kept.verdict is Verdict.PASS for kept in after.values())
    assert {name: after[name] for name in before} == before
    assert len(list(out.rglob("grades/01/*"))) == len(names)


def test_the_book_has_all_stages_and_students(students, right, grade, tmp_path):
    students("ann", 1, right(1))
    students("bob", 2, right(2))
    done = grade("FORMAT=json,csv")
    assert done.code == 0, done.err
    book = json.loads((tmp_path / "out/gradebook.json").read_text(encoding="utf-8"))
    assert [student["name"] for student in book["students"]] == ["ann", "bob"]


def test_an_archive_and_a_class_list(students, right, grade, grades, tmp_path):
    students("ann", 1, right(1))
    shutil.make_archive(str(tmp_path / "class/bob"), "zip", tmp_path / "class/ann")
    roster = tmp_path / "roster.csv"
    roster.write_text("name,submission\nAnn Lee,ann\nBob Ray,bob.zip\nCleo,\n", encoding="utf-8")
    done = grade(f"ROSTER={roster}")
    assert done.code == 0, done.err
    assert grades("Ann Lee").verdict is grades("Bob Ray").verdict is Verdict.PASS
    assert "Cleo" in done.out
    roster.write_text("name,submission\nAnn Lee,ann\n", encoding="utf-8")
    assert "Not in the roster, and graded all the same: bob." in grade(f"ROSTER={roster}").out


HIDDEN = """\
import pytest

pytestmark = pytest.mark.task("add-shape")


def test_doubled(client, chance):
    \"\"\"Any number is doubled.\"\"\"
    number = chance.randint(1000, 10**9)
    assert client.get(f"/double/{number}").text == str(2 * number)
"""
_DOUBLE = """

@app.get("/double/<int:number>")
def double(number):
    return str({})
"""


def test_hidden_tests_ask_with_other_values_and_stay_hidden(
    students, right, grade, grades, course, tmp_path
):
    course.write("tests/hidden/01/hidden_doubles.py", HIDDEN)
    students("ann", 1, right(1) + _DOUBLE.format("2 * number"))
    students("bob", 1, right(1) + _DOUBLE.format("{1: 2, 2: 4}.get(number, 6)"))
    done = grade()
    assert done.code == 0, done.err
    assert grades("ann").verdict is Verdict.PASS
    bob = grades("bob")
    assert (bob.verdict, bob.points) == (Verdict.FAIL, 75)
    assert [(test.id, test.task, test.passed) for test in bob.tests if test.hidden] == [
        ("hidden 1", "add-shape", False)
    ]
    assert "1 of the tests that are not shown do not pass" in " ".join(bob.page.split())
    said = "".join(
        file.read_text(encoding="utf-8") for file in (tmp_path / "out").rglob("*.[jhc]*")
    )
    for secret in ("double", (tmp_path / "out/seed").read_text(encoding="ascii")):
        assert secret not in said, "what is hidden is in nobody's report"
    again = grade()
    assert "2 of 2 grades are from before" in again.out, "the values are the same each time"
    course.write("tests/hidden/01/hidden_doubles.py", HIDDEN.replace("1000", "2000"))
    assert "from before" not in grade().out


def test_hidden_tests_that_are_not_there(students, right, grade):
    students("ann", 1, right(1))
    done = grade("HIDDEN=/proc")
    assert done.code == 2
    assert "There are no hidden tests in /proc" in done.err


def test_what_is_refused_is_not_run(students, right, grade, grades, tmp_path):
    students("ann", 1, right(1))
    secret = tmp_path / "secret"
    secret.write_text("secret = 1\n", encoding="utf-8")
    (tmp_path / "class/ann/01/more.py").symlink_to(secret)
    grade()
    ann = grades("ann")
    assert (ann.verdict, ann.points, ann.isolation) == (Verdict.INVALID, 0, ())
    assert "more.py" in ann.reason


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["STAGES=9"], "`9` names no stages: give numbers from 1 to 2"),
        (["STAGES=2-1"], "`2-1` names no stages"),
        (["STAGES=one"], "`one` names no stages"),
        (["WORKERS=0"], "WORKERS=0 is not a number of workers"),
        (["WORKERS=many"], "WORKERS=many is not a number of workers"),
        (["FORMAT=pdf"], "There is no format pdf: choose from"),
        (["ROSTER=nowhere.csv"], "nowhere.csv"),
        (["HIDDEN=x", "BROKER=y"], "Workers have the hidden tests of the course alone"),
        (["OUT=/proc/nowhere"], "Cannot write /proc/nowhere"),
    ],
)
def test_bad_words_are_one_line(students, right, course, tmp_path, words, says):
    students("ann", 1, right(1))
    folder = tmp_path / "class"
    before = course.snapshot()
    done = course.run("grade", f"SUBMISSIONS={folder}", *words)
    assert done.code == 2
    assert says in done.err
    assert len([line for line in done.err.splitlines() if line.strip()]) == 1
    assert course.snapshot() == before


def test_more_isolation_than_there_is_is_refused(students, right, course, tmp_path, grades):
    students("ann", 1, right(1))
    # A kernel that refuses everything: what a module that is loaded first makes of this one.
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import os, sys\n"
        "sys.path.insert(0, os.environ['WORKSHOP_ENGINE'])\n"
        "from workshop.confinement import kernel\n"
        "def call(*_): raise OSError(1, 'not here')\n"
        "kernel.call = call\n",
        encoding="utf-8",
    )
    poor = {"PYTHONPATH": os.fspath(hook), "WORKSHOP_ENGINE": os.fspath(REPOSITORY / "scripts")}
    words = (f"SUBMISSIONS={tmp_path / 'class'}", f"OUT={tmp_path / 'out'}")
    done = course.run("grade", *words, "REQUIRE_ISOLATION=full", **poor)
    assert done.code == 2
    assert "isolation full needs what is not to be had here" in done.err.lower()
    assert grades("ann") is None


@pytest.mark.parametrize(
    ("active", "warns"), [(("limits", "user"), True), (("landlock", "limits", "user"), False)]
)
def test_little_isolation_is_said_aloud(active, warns):
    page, marked = Page(), Marked()
    marked.grades["ann", 1] = Grade("ann", 1, Verdict.PASS, isolation=active)
    marked.grades["bob", 1] = Grade("bob", 1, Verdict.INVALID)
    add_isolation(page, marked)
    warned = "With less than `files`, a hostile program can change marks" in page.plain()
    assert warned is warns
