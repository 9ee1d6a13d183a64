"""Apps that run apart from the suite, on the small course: what a suite sees of them, and says."""

import pytest

from workshop.processes import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="apps run apart where there is fork")

APP = "stages/01_tiny/app.py"


@pytest.fixture
def check(course):
    """Return a function that checks stage 1 with its app apart, after an edit of the solution."""
    course.solve(1)

    def check(find="", replace="", *words):
        if find:
            course.edit(APP, find, replace)
        return course.run("check-stage", "1", "--apart", *words)

    return check


def test_the_page_is_the_same(course, check):
    course.solve(1)
    course.edit(APP, '"round"', '"square"')
    here = course.run("check-stage", "1")
    apart = check()
    assert (apart.code, apart.out) == (here.code, here.out)
    assert '"square"' in apart.out


def test_what_a_program_prints_is_shown_as_its_own(check):
    done = check('return {"shape": "round"}', 'print("drawing"); return {"shape": "square"}')
    assert "drawing" in done.out


def test_where_it_raises_is_told(check):
    done = check('return {"shape": "round"}', "return {}['shape']")
    assert "KeyError" in done.out
    assert "return {}['shape']" in done.out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def f(:\n", "Python cannot read"),
        ("import nothing_of_this_name\n", "nothing_of_this_name"),
        ("raise SystemExit(3)\n", "ends"),
        ("import os\nos._exit(0)\n", "ended the process"),
        ("while True:\n    pass\n", "is there a loop without end?"),
        ("from flask import Flask\napplication = Flask(__name__)\n", "`app`"),
    ],
)
def test_an_app_that_does_not_load_is_one_message(course, text, says):
    course.write(APP, text)
    apart = course.run("check-stage", "1", "--apart")
    assert apart.code == 1
    assert says in " ".join(apart.out.split())
    if "while" not in text:  # a loop is found at any of its lines
        assert apart.out == course.run("check-stage", "1").out


def test_a_request_that_hangs_costs_its_test_alone(check):
    done = check('return {"shape": "round"}', "while True: pass")
    assert done.code == 1
    assert "2 of 3 requirements are met" in done.out
    assert "no answer came in time" in " ".join(done.out.split())


def test_a_request_that_ends_the_process_costs_its_test_alone(check):
    done = check('return {"shape": "round"}', "import os; os._exit(0)")
    assert "2 of 3 requirements are met" in done.out
    assert "has ended its own process" in " ".join(done.out.split())


def test_the_program_finds_no_test_in_its_memory(check):
    look = """\
import gc, sys
    found = [name for name in sys.modules if name.startswith(("test_", "stages"))]
    found += [f.__name__ for f in gc.get_objects() if getattr(f, "__name__", "") == "test_shape"]
    return {"shape": "round" if not found else str(found)}"""
    done = check('return {"shape": "round"}', look)
    assert done.code == 0, done.out


def test_the_program_sees_no_variable_of_ours(check):
    look = """\
import os
    return {"shape": "round" if not {*os.environ} & {"WORKSHOP_COURSE", "TOKEN"} else "square"}"""
    done = check('return {"shape": "round"}', look)
    assert done.code == 0, done.out


def test_each_statement_is_counted_once(course, check):
    """What a command asks of the database is not counted with what was asked before."""
    course.write(
        "stages/01_tiny/tests/test_statements.py",
        """\
def test_statements(client, cli, sql):
    \"\"\"Each is counted once.\"\"\"
    with sql() as before:
        client.get("/asks")
    with sql() as seen:
        cli("ask")
    assert (len(before), len(seen)) == (2, 1)
""",
    )
    asks = """\
import click
from sqlalchemy import create_engine, text

def ask(times):
    with create_engine("sqlite://").connect() as connection:
        for _ in range(times):
            connection.execute(text("SELECT 1"))

@app.cli.command("ask")
def ask_by_command():
    ask(1)

@app.get("/asks")
def asks():
    ask(2)
    return "done"
"""
    done = check('@app.get("/ping")', asks + '\n@app.get("/ping")')
    assert done.code == 0, done.out


def test_the_students_folder_is_not_written_to(course, check):
    before = course.snapshot()
    write = "open('left-behind', 'w').write('x'); return {\"shape\": \"round\"}"
    course.solve(1)
    done = check('return {"shape": "round"}', write)
    assert done.code == 0, done.out
    assert not course.path("stages/01_tiny/left-behind").exists()
    after = course.snapshot()
    changed = {name for name in after if after[name] != before.get(name)}
    assert {name for name in changed if not name.startswith(".workshop")} == {APP}
