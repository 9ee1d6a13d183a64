"""`check-stage`, `check-all` and what they leave behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import workshop


def test_a_starter_is_not_green_and_opens_its_first_failure(course):
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert "Stage 1 · Tiny   stages/01_tiny" in done.out
    assert "✗ Say the color" in done.out
    assert "1 of 3 requirements are met." in done.out
    for label in ("You send", "Comes back", "Expected", "Why", "By hand", "The test"):
        assert f"  {label}" in done.out
    assert "curl -i http://127.0.0.1:5000/color" in done.out
    assert "\033" not in done.out


def test_the_solution_is_green(course):
    done = course.run("check-stage", "1", "TARGET=solutions")
    assert done.code == 0
    assert "Green: all 3 requirements are met." in done.out


@pytest.mark.parametrize("words", [["1"], ["01"], ["N=1"]])
def test_a_stage_is_named_in_each_spelling(course, words):
    assert course.run("check-stage", *words, "TARGET=solutions").code == 0


def test_green_says_what_comes_next(course):
    course.solve(1)
    done = course.run("check-stage", "1")
    assert done.code == 0
    assert "Next: read stages/02_small/README.md" in done.out
    assert "check-stage 2" in done.out


def test_any_copy_can_be_checked(course, tmp_path):
    copy = tmp_path / "copy of mine"
    copy.mkdir()
    (copy / "app.py").write_text(course.path("stages/01_tiny/app.py").read_text())
    assert course.run("check-stage", "1", f"DIR={copy}").code == 1
    assert not course.path(".workshop").exists()


def test_each_run_sees_the_source_as_it_is_now(course):
    """Two saves of one size in one second, which fool a cache that goes by time and size."""
    course.solve(1)
    assert course.run("check-stage", "1").code == 0
    course.edit("stages/01_tiny/app.py", "blue", "bleu")
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert '"bleu"' in done.out


def test_check_all_shows_a_line_a_stage(course):
    course.solve(1)
    done = course.run("check-all")
    assert done.code == 1
    assert "1 · Tiny" in done.out and "3 of 3" in done.out
    assert "2 · Small" in done.out and "1 of 2" in done.out
    assert "1 of 2 stages are green." in done.out
    assert course.run("check-all", "TARGET=solutions").code == 0


def test_progress_remembers_and_notices_a_change(course):
    assert "not checked yet" in course.run("progress").out
    course.solve(1)
    course.run("check-stage", "1")
    assert "✓  1 · Tiny" in course.run("progress").out
    course.edit("stages/01_tiny/app.py", "round", "square")
    course.run("check-stage", "1")
    done = course.run("progress")
    assert "2 of 3 met, was green before the last change" in done.out
    assert "✓ Say the color" in done.out


def test_a_solution_is_no_progress(course):
    course.run("check-stage", "1", "TARGET=solutions")
    assert "not checked yet" in course.run("progress").out


def test_the_student_s_output_is_marked_and_cut(course):
    course.edit(
        "stages/01_tiny/app.py",
        'return {"error": "not built"}, 501',
        'print("looking at color")\n    print("x" * 10_000_000)\n    return {}, 501',
    )
    done = course.run("check-stage", "1")
    assert "│ looking at color" in done.out
    assert "your program printed 10,000,0" in done.out
    assert len(done.out) < 10_000


def test_the_line_that_raised_is_shown(course):
    course.edit(
        "stages/01_tiny/app.py", 'return {"error": "not built"}, 501', "return colors['blue']"
    )
    done = course.run("check-stage", "1")
    assert "raised NameError: name 'colors' is not defined" in done.out
    assert "stages/01_tiny/app.py, line 14:" in done.out
    assert "return colors['blue']" in done.out
    assert "Traceback" not in done.out


_MEANT = {
    "a set": ("{'blue'}", "type set, from which Flask makes no answer"),
    "a number": ("3", "type int, from which Flask makes no answer"),
    "a comma too many": ("{'color': 'blue'},", "a comma too many"),
    "nothing": ("print('blue')", "ends without `return`"),
    "a name of JSON": ("{'color': true}", "in Python it is `True`"),
    "an unknown name": ("colour", "Python knows no `colour` here"),
    "a time that is not there": ("None.isoformat()", "fills in a default when it writes"),
    "the older style of a query": (
        "type('Task', (), {}).query",
        "`Model.query` is the older style",
    ),
    "a question": ("input('Which one? ')", "nobody at its keyboard"),
}


@pytest.mark.parametrize("kind", _MEANT)
def test_what_an_exception_means_is_said(course, kind):
    returned, means = _MEANT[kind]
    course.edit("stages/01_tiny/app.py", '{"error": "not built"}, 501', returned)
    done = course.run("check-stage", "1")
    assert means in " ".join(done.out.split())


def test_control_characters_in_an_answer_do_not_reach_the_terminal(course):
    course.edit(
        "stages/01_tiny/app.py",
        'return {"error": "not built"}, 501',
        'return "\\x1b[2J\\x1b[31mred", 501',
    )
    done = course.run("check-stage", "1")
    assert "\x1b" not in done.out
    assert "\\x1b[31mred" in done.out


_BROKEN = {
    "a syntax error": ("def f(:\n", ["Python cannot read stages/01_tiny/app.py, line 1"]),
    "an import error": ("import flaskk\n", ["An import fails in", "line 1", "flaskk"]),
    "no app": ("x = 1\n", ["There is no Flask application called `app` in app.py"]),
    "another name": (
        "from flask import Flask\napi = Flask(__name__)\n",
        ["called `api`", "rename it"],
    ),
    "no Flask": ("app = 3\n", ["`app` in app.py is no Flask application, but of type int"]),
    "an exit": (
        "import sys\nsys.exit(0)\n",
        ["ends itself while it is imported: stages/01_tiny/app.py, line 2"],
    ),
    "a server": (
        "from flask import Flask\napp = Flask(__name__)\napp.run()\n",
        ["starts its server while it is imported: stages/01_tiny/app.py, line 3", "__main__"],
    ),
    "null bytes": (
        "x = '\0'\n",
        ["Python cannot read stages/01_tiny/app.py: source code", "save it as UTF-8"],
    ),
    "a quote of a word processor": ("x = “blue”\n", ["line 1: invalid character", "type it anew"]),
    "nothing": ("", ["app.py is empty", "reset-stage"]),
    "a hard exit": ("import os\nos._exit(0)\n", ["ended the process"]),
    "an exception": ("1 / 0\n", ["raises in stages/01_tiny/app.py, line 1: ZeroDivisionError"]),
    "an endless loop": (
        "while True:\n    pass\n",
        ["not loaded within 2 seconds", "stages/01_tiny/app.py, line", "being loaded"],
    ),
}


@pytest.mark.parametrize("kind", _BROKEN)
def test_an_app_that_does_not_load_is_one_message(course, kind):
    text, parts = _BROKEN[kind]
    course.write("stages/01_tiny/app.py", text)
    done = course.run("check-stage", "1")
    assert done.code == 1
    for part in parts:
        assert part.lower() in done.out.lower()
    assert "Traceback" not in done.out + done.err
    assert len(done.out.splitlines()) < 20


def test_an_endless_loop_in_a_view_ends_and_is_located(course):
    course.edit(
        "stages/01_tiny/app.py",
        'return {"error": "not built"}, 501',
        "while True:\n        pass",
    )
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert "No answer within 2 seconds" in done.out
    assert "GET /color" in done.out
    assert "stages/01_tiny/app.py, line 1" in done.out


def test_a_program_that_ends_itself_in_a_view_is_not_green(course):
    course.edit(
        "stages/01_tiny/app.py",
        'return {"error": "not built"}, 501',
        "import os; os._exit(0)",
    )
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert "ended the process" in done.out
    assert "GET /color" in done.out


def test_sys_exit_in_a_view_fails_its_test_and_no_other(course):
    course.edit(
        "stages/01_tiny/app.py", 'return {"error": "not built"}, 501', "raise SystemExit(0)"
    )
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert "SystemExit" in done.out
    assert "app.py, line 14" in done.out


def test_a_deep_recursion_is_a_line(course):
    course.edit("stages/01_tiny/app.py", 'return {"error": "not built"}, 501', "return color()")
    done = course.run("check-stage", "1")
    assert "raised RecursionError" in done.out
    assert len(done.out.splitlines()) < 45


def test_plain_pytest_works_as_well(course):
    scripts = Path(workshop.__file__).parents[1]
    environment = course.environment(PYTHONPATH=str(scripts))
    command = [sys.executable, "-m", "pytest", "-q", "stages/01_tiny"]
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "1 passed" in done.stdout and "2 failed" in done.stdout
    assert "GET /color -> 501" in done.stdout


def test_without_fork_the_verdicts_are_the_same(course):
    course.edit("stages/01_tiny/app.py", "not built", "begun")
    forked = course.run("check-stage", "1")
    spawned = course.run("check-stage", "1", WORKSHOP_NO_FORK="1")
    assert (spawned.code, spawned.out) == (forked.code, forked.out)
    solution = course.run("check-all", "TARGET=solutions", WORKSHOP_NO_FORK="1")
    assert solution.code == 0
    course.write("stages/01_tiny/app.py", "while True:\n    pass\n")
    assert "within 2 seconds" in course.run("check-stage", "1", WORKSHOP_NO_FORK="1").out


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another signal there")
def test_ctrl_c_ends_a_check_at_once_and_leaves_nothing(course, tmp_path):
    course.edit("stages/01_tiny/stage.toml", "test_seconds = 2", "test_seconds = 100")
    course.write("stages/01_tiny/app.py", "import time\ntime.sleep(90)\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = course.start("check-stage", "1", TMPDIR=str(scratch))
    while not list(scratch.rglob("events")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped." in output and "Traceback" not in output
    assert list(scratch.iterdir()) == []


_SKIPS = """

def test_on_a_real_server(client):
    \"\"\"A real server serves it.\"\"\"
    pytest.skip("that server is not installed, so it was not tried")
"""


def test_what_a_machine_lacks_is_named_and_neither_met_nor_failed(course):
    file = course.path("stages/01_tiny/tests/test_color.py")
    file.write_text(file.read_text(encoding="utf-8") + _SKIPS, encoding="utf-8")
    lacks = "· Not checked (1): that server is not installed, so it was not tried."

    green = course.run("check-stage", "1", "TARGET=solutions")
    assert green.code == 0
    assert "✓ Green: all 3 requirements that can be checked here are met." in green.out
    assert lacks in green.out

    red = course.run("check-stage", "1")
    assert red.code == 1
    assert "1 of 4 requirements are met." in red.out
    assert "0 of 2, 1 not checked" in red.out
    assert lacks in red.out
    assert "A real server serves it" not in red.out.partition("You send")[2]


def test_an_app_cannot_leave_a_test_out(course):
    """A suite may say what a machine lacks; an app that raises the same has failed."""
    course.solve(1)
    course.edit(
        "stages/01_tiny/app.py", 'return {"color": "blue"}, 200', "import pytest; pytest.skip()"
    )
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert "✗ `GET /color` says the color" in done.out
    assert "Not checked" not in done.out
