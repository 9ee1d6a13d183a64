"""The gate: each of its points is broken once, and found."""

import json
import sys
from datetime import UTC, datetime

import pytest


def _verify(course, *words):
    return course.run("verify", "--no-notebooks", *words)


def _points_found(out: str) -> set[str]:
    return {line.split()[1] for line in out.splitlines() if line.startswith("  ✗ ")}


def test_the_small_course_holds(course):
    done = _verify(course, "--strict")
    assert done.code == 0, done.out + done.err


_BREAKS = {
    "a stale starter": (
        "1", "solutions/01_tiny/app.py", "answer with the color blue", "say blue", "is stale",
    ),
    "a file changed downstream that is not listed": (
        "2", "stages/02_small/stage.toml", 'changes = ["app.py"]', "changes = []",
        "app.py differs from the stage before",
    ),
    "a listed file that does not exist": (
        "2", "stages/02_small/stage.toml", '["app.py"]', '["app.py", "b.py"]', "lists b.py",
    ),
    "a solution that is not green": (
        "3", "solutions/01_tiny/app.py", '"round"', '"square"', "test_shape.py::test_shape",
    ),
    "a test without a task": (
        "4", "stages/01_tiny/tests/test_shape.py", 'pytestmark = pytest.mark.task("add-shape")',
        "", "test_shape.py::test_shape fails on the starter and carries no task",
    ),
    "a starter that passes too much": (
        "4", "solutions/01_tiny/app.py",
        '    # STARTER: return {"error": "not built"}, 501\n',
        '    # STARTER: return {"color": "blue"}, 200\n',
        "test_color.py::test_color passes on the starter",
    ),
    "a test that stumbles over the starter": (
        "4", "stages/01_tiny/tests/test_shape.py", 'response = client.get("/shape")',
        'response = client.get("/shape"); response.json["shape"]', "not by an assertion or a 501",
    ),
    "a trap that no longer fails": (
        "5", "tests/wrong/01/another_color.toml", 'replace = "green"', 'replace = "blue"',
        "nothing fails",
    ),
    "a trap that fails another test": (
        "5", "tests/wrong/01/another_color.toml", 'find = "blue"', 'find = "round"',
        "opens test_shape.py::test_shape, not",
    ),
    "a trap that no longer fits": (
        "5", "tests/wrong/01/another_color.toml", 'find = "blue"', 'find = "red"', "is 0 times",
    ),
    "a page that reads differently": (
        "5", "tests/wrong/01/another_color.txt", "Expected", "Expectd",
        "not the page of today: look, then --record (its first new line: Expected ",
    ),
    "a hint missing": (
        "6", "stages/01_tiny/stage.toml", ', "Third hint of add-shape."', "",
        "`add-shape` has 2 hints, not 3",
    ),
    "a hint that is the solution": (
        "6", "stages/01_tiny/stage.toml", '"Second hint of say-color."',
        "'''return {\"color\": \"blue\"}, 200'''", "gives away the solution",
    ),
    "a task without a place in the lesson": (
        "6", "stages/01_tiny/README.md", "(`say-color`)", "", "no heading with `say-color`",
    ),
    "a test of a task that there is not": (
        "6", "stages/01_tiny/tests/test_shape.py", '"add-shape"', '"add-form"', "which is no task",
    ),
    "a test without a requirement": (
        "6", "stages/01_tiny/tests/test_shape.py", '    """`GET /shape` says the shape."""\n', "",
        "has no docstring",
    ),
    "a task without a region": (
        "6", "stages/01_tiny/stage.toml", "[[tasks]]\nid = \"add-shape\"",
        '[[tasks]]\nid = "more"\ntitle = "More"\nhints = ["a", "b", "c"]\n'
        '\n[[tasks]]\nid = "add-shape"',
        "the task `more` has no region",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", _BREAKS)
def test_what_is_broken_is_found(course, kind):
    point, file, find, replace, says = _BREAKS[kind]
    course.edit(file, find, replace)
    if point != "1" and file.startswith("solutions/"):
        course.run("propagate")  # what is broken shall be nothing but the point
    done = _verify(course)
    assert done.code == 1, done.out + done.err
    assert point in _points_found(done.out), done.out
    assert says in done.out


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ('replace = "green"', 'replace = "blue"', "test_color.py::test_color does not fail"),
        ('find = "blue"', 'find = "round"', "test_color.py::test_color does not fail"),
        ('"test_color.py::test_color"', '"test_color.py::none"', "opens no test, not test_color"),
        ('replace = "green"', 'replace = "red"', "not the page of today"),
        ('"test_color.py::test_color"', '""', "opens test_color.py::test_color, not none"),
    ],
)
def test_each_trap_on_its_test_alone(course, find, replace, says):
    assert "each on its test alone" in _verify(course, "--quick").out
    course.edit("tests/wrong/01/another_color.toml", find, replace)
    done = _verify(course, "--quick")
    assert done.code == 1, done.out + done.err
    assert _points_found(done.out) == {"5"}
    assert says in done.out


@pytest.mark.parametrize("words", [(), ("--record",)], ids=["compared", "recorded"])
def test_a_page_with_a_path_of_this_machine(course, words):
    course.edit(
        "tests/wrong/01/another_color.toml", 'replace = "green"', f'replace = "{sys.prefix}"'
    )
    before = course.path("tests/wrong/01/another_color.txt").read_text()
    done = _verify(course, *words)
    assert done.code == 1
    assert "a path of this machine" in done.out
    assert course.path("tests/wrong/01/another_color.txt").read_text() == before


def test_a_page_with_the_day_of_the_run(course):
    today = datetime.now(UTC).date()
    edit = ("tests/wrong/01/another_color.toml", 'replace = "green"', f'replace = "{today}"')
    course.edit(*edit)
    done = _verify(course, "--record")
    assert done.code == 1
    assert "will be another one tomorrow" in done.out


def test_quick_leaves_alone_what_comes_before_the_test_that_fails(course):
    course.edit("tests/wrong/01/another_color.txt", "requirements are met", "requirements met")
    assert _verify(course, "--quick").code == 0
    assert _verify(course).code == 1


def test_a_forgotten_downstream_copy(course):
    for name in ("01_tiny", "02_small"):
        course.write(f"solutions/{name}/texts.py", "HELLO = 1\n")
    course.edit("stages/01_tiny/stage.toml", '["app.py"]', '["app.py", "texts.py"]')
    course.run("propagate")
    assert _verify(course).code == 0
    course.edit("solutions/01_tiny/texts.py", "1", "2")
    done = _verify(course)
    assert done.code == 1
    assert "texts.py differs from the stage before" in done.out


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("# END SOLUTION\n", "END SOLUTION without a BEGIN"),
        ("# BEGIN SOLUTION say-color: again\n", "has no END SOLUTION"),
        ("# BEGIN SOLUTION colour: a task that there is not\n# END SOLUTION\n", "`colour`"),
        ("# BEGIN SOLUTON say-color: misspelled\n# ENDSOLUTION\n", "not a marker"),
    ],
)
def test_markers_that_are_not_right(course, broken, says):
    path = course.path("solutions/01_tiny/app.py")
    path.write_text(path.read_text() + broken)
    done = _verify(course)
    assert done.code != 0
    assert says in done.out + done.err


def test_a_file_too_much(course):
    course.write("stages/01_tiny/notes.txt", "left behind\n")
    course.write("tests/wrong/01/nobody.txt", "left behind\n")
    done = _verify(course)
    assert "stages/01_tiny/notes.txt is one file too much" in done.out
    assert "nobody.txt is the page of no known-wrong program" in done.out


def test_a_right_program_that_is_refused(course):
    wrong = course.path("solutions/01_tiny/app.py").read_text().replace("round", "square")
    course.write("tests/right/01/other/app.py", wrong.replace("SOLUTION", "NOTHING"))
    done = _verify(course)
    assert "tests/right/01/other is right, yet" in done.out


def test_a_stage_that_is_worked_on_is_left_out_unless_strict(course):
    course.edit("stages/01_tiny/app.py", "not built", "begun")
    done = _verify(course)
    assert done.code == 0, done.out
    assert "worked on" in done.out
    assert _verify(course, "--strict").code == 1
    course.git("commit", "-qam", "My work")
    assert _verify(course).code == 0


def test_record_writes_the_page_that_a_student_would_see(course):
    golden = course.path("tests/wrong/01/another_color.txt")
    before = golden.read_text()
    golden.unlink()
    assert "is missing" in _verify(course).out
    assert _verify(course, "--record").code == 0
    assert golden.read_text() == before
    assert "make hint 1" in before and '"green"' in before
    assert str(course.root) not in before


def _notebook(course, *sources):
    """Give each stage a notebook with these cells, outputs and all."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": source}
        | {"execution_count": None, "outputs": []}
        for number, source in enumerate(sources, start=1)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in ("01_tiny", "02_small"):
        course.write(f"notebooks/{name}.ipynb", json.dumps(notebook))
    return course.run("notebooks", "--write")


def test_a_notebook_that_raises(course):
    written = _notebook(course, "from workshop import lab", 'lab.start(1).get("/color")')
    assert written.code == 0, written.out + written.err
    assert course.run("verify", "1").code == 0
    path = course.path("notebooks/01_tiny.ipynb")
    path.write_text(path.read_text().replace("/color", "/color'+missing+'").replace("'", '\\"'))
    done = course.run("verify", "1")
    assert done.code == 1
    assert _points_found(done.out) == {"7"}
    assert "cell 2" in done.out and "NameError" in done.out


def test_a_missing_notebook(course):
    done = course.run("verify", "1")
    assert done.code == 1
    assert _points_found(done.out) == {"7"}
    assert "notebooks/01_tiny.ipynb" in done.out


_NEEDS_A_SERVER = """

def test_color_on_a_server(client):
    \"\"\"A real server says the color.\"\"\"
    pytest.skip("that server is not installed")
"""


def test_what_this_machine_cannot_check_is_named_and_not_recorded(course):
    tests = course.path("stages/01_tiny/tests/test_color.py")
    tests.write_text(tests.read_text(encoding="utf-8") + _NEEDS_A_SERVER, encoding="utf-8")
    wrong = course.path("tests/wrong/01/another_color.toml").read_text(encoding="utf-8")
    course.write(
        "tests/wrong/01/on_a_server.toml",
        wrong.replace("test_color.py::test_color", "test_color.py::test_color_on_a_server"),
    )

    done = _verify(course, "1")
    assert done.code == 0, done.out + done.err
    assert "3 the solution is green (4 tests; 1 not checked: that server is not" in done.out
    assert "(2 programs; 1 not tried: that server is not installed)" in done.out

    recorded = _verify(course, "1", "--record")
    assert recorded.code == 1
    assert "another_color.toml: record it where nothing is missing" in recorded.out


def test_a_slow_suite_runs_on_each_trap_alone(course):
    """In the whole gate as well; the page that is recorded is what the one test opens."""
    toml = course.path("stages/01_tiny/stage.toml")
    toml.write_text("slow = true\n" + toml.read_text(encoding="utf-8"), encoding="utf-8")
    recorded = _verify(course, "1", "--record")
    assert recorded.code == 0, recorded.out + recorded.err
    assert "1 programs, each on its test alone" in recorded.out
    page = course.path("tests/wrong/01/another_color.txt").read_text(encoding="utf-8")
    assert page.startswith("✗ `GET /color` says the color")
    assert "requirements are met" not in page
    assert _verify(course, "1").code == 0
    rest = _verify(course, "--rest")
    assert rest.code == 0, rest.out + rest.err
    assert "Stage 1" not in rest.out, "there is nothing left to be tried"
    assert "Stage 2" in rest.out
    assert _verify(course, "1", "--rest").code == 2, "a number would leave nothing, and be green"

    course.edit("tests/wrong/01/another_color.toml", '"green"', '"blue"')
    broken = _verify(course, "1")
    assert broken.code == 1
    assert "test_color.py::test_color does not fail" in broken.out
