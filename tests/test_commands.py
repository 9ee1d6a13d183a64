"""The commands around the check: hints, differences, reset, serving, new stages."""

import argparse
import re
import signal
import socket
import sqlite3
import time
import urllib.request

import pytest

from workshop.commands import doctor


def test_hints_escalate_and_the_last_one_stays(course):
    heads = [course.run("hint", "1").out.splitlines()[0] for _ in range(4)]
    assert heads == [f"Hint {number} of 3: Say the color" for number in (1, 2, 3, 3)]


def test_a_hint_is_for_the_first_failing_task(course):
    course.run("hint", "1")
    course.edit(
        "stages/01_tiny/app.py",
        'return {"error": "not built"}, 501',
        'return {"color": "blue"}, 200',
    )
    assert "First hint of add-shape." in course.run("hint", "1").out


def test_a_hint_for_a_task_by_name(course):
    assert "First hint of add-shape." in course.run("hint", "1", "TASK=add-shape").out
    done = course.run("hint", "1", "TASK=add-form")
    assert done.code == 2
    assert "say-color, add-shape" in done.err


def test_no_hint_where_the_app_does_not_load_or_all_is_green(course):
    course.write("stages/01_tiny/app.py", "def f(:\n")
    assert "Python cannot read" in course.run("hint", "1").out
    course.solve(1)
    done = course.run("hint", "1")
    assert done.code == 0
    assert "Green" in done.out


def test_diff_warns_until_green_and_hides_markers(course):
    done = course.run("diff-stage", "1")
    assert "not green yet" in done.out
    assert "Say the color (`say-color`)" in done.out
    assert '+     return {"color": "blue"}, 200' in done.out
    assert "SOLUTION" not in done.out and "STARTER" not in done.out
    course.solve(1)
    course.edit("stages/01_tiny/app.py", "def shape(", "def form(")
    course.run("check-stage", "1")
    done = course.run("diff-stage", "1")
    assert "not green yet" not in done.out
    assert "- def form() -> dict[str, str]:" in done.out


def test_diff_of_the_solution_itself(course):
    course.solve(1)
    course.run("check-stage", "1")
    assert "to the letter" in course.run("diff-stage", "1").out


def test_whats_new_tells_the_differences_by_task(course):
    done = course.run("whats-new", "2")
    assert done.code == 0
    assert "Say the size (`say-size`)" in done.out
    assert '+ @app.get("/size")' in done.out
    assert "SOLUTION" not in done.out
    assert course.run("whats-new", "1").code == 0


def test_reset_keeps_what_was_there_and_names_it(course):
    course.edit("stages/01_tiny/app.py", "not built", "my work")
    course.write("stages/01_tiny/extra/helper.py", "x = 1\n")
    course.write("stages/01_tiny/instance/data.db", "rows")
    done = course.run("reset-stage", "1")
    assert done.code == 0
    backup = course.path(re.search(r"\.workshop/backups/\S+?(?=\.?$)", done.out, re.M)[0])
    assert "my work" in (backup / "app.py").read_text()
    assert (backup / "extra/helper.py").read_text() == "x = 1\n"
    assert (backup / "instance/data.db").read_text() == "rows"
    assert "not built" in course.path("stages/01_tiny/app.py").read_text()
    assert not course.path("stages/01_tiny/extra/helper.py").exists()
    assert "nothing to do" in course.run("reset-stage", "1").out


def test_reset_twice_in_a_second_makes_two_backups(course):
    for work in ("first", "second"):
        course.edit("stages/01_tiny/app.py", "not built", work)
        course.run("reset-stage", "1")
    kept = [path.read_text() for path in course.path(".workshop/backups").rglob("app.py")]
    assert len(kept) == 2
    assert sum("first" in text for text in kept) == sum("second" in text for text in kept) == 1


def test_reset_gives_a_deleted_file_back(course):
    course.path("stages/01_tiny/app.py").unlink()
    assert course.run("reset-stage", "1").code == 0
    assert course.run("check-stage", "1").code == 1


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("command", ["run-stage", "run-solution"])
def test_serving_answers_and_ends_with_ctrl_c(course, command):
    port = _free_port()
    process = course.start(command, "1", f"PORT={port}")
    try:
        assert _get(f"http://127.0.0.1:{port}/ping") == b'{"pong":true}'
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert f"curl -i http://127.0.0.1:{port}/ping" in output
    assert "Traceback" not in output
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_serving_does_not_read_what_is_for_production(course):
    app = course.path("stages/01_tiny/app.py")
    view = """

import os


@app.get("/told")
def told():
    return {"told": os.environ.get("TOLD")}
"""
    app.write_text(app.read_text(encoding="utf-8") + view, encoding="utf-8")
    course.write("stages/01_tiny/.env", "TOLD=by a file\n")
    port = _free_port()
    process = course.start("run-stage", "1", f"PORT={port}")
    try:
        assert _get(f"http://127.0.0.1:{port}/told") == b'{"told":null}'
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def _get(url: str) -> bytes:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return b"".join(response.read().split())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_doctor_names_what_is_there_and_what_is_not(course):
    done = course.run("doctor", PATH="/nowhere")
    assert done.code == 0
    assert "Python 3." in done.out
    assert "curl: not found" in done.out


@pytest.mark.parametrize(("version", "says"), [((3, 34, 1), True), ((3, 35, 0), False)])
def test_doctor_says_when_sqlite_is_too_old(version, says, monkeypatch, capsys):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert doctor.run(argparse.Namespace()) == 0
    assert ("stages 13 to 15 need 3.35" in capsys.readouterr().out) is says


def test_a_new_stage_begins_as_a_copy_and_says_what_is_missing(course):
    done = course.run("new-stage", "third_one", "The", "third")
    assert done.code == 0
    solution = course.path("solutions/03_third_one/app.py").read_text()
    assert "SOLUTION" not in solution and '@app.get("/size")' in solution
    assert course.run("check-stage", "3").code == 0
    done = course.run("verify", "3", "--no-notebooks")
    assert done.code == 1
    assert "no known-wrong programs" in done.out
    assert course.run("new-stage", "third_one", "Again").code == 0
    assert course.path("stages/04_third_one").exists()


@pytest.mark.parametrize("words", [[], ["only_slug"], ["Bad Slug", "x"], ["x", 'a "quote"']])
def test_a_new_stage_with_bad_words(course, words):
    before = course.snapshot()
    assert course.run("new-stage", *words).code == 2
    assert course.snapshot() == before


def test_help_lists_every_command_and_explains_one(course):
    done = course.run("help")
    for command in ("check-stage", "check-all", "watch", "hint", "notebooks", "verify"):
        assert f"\n  {command} " in done.out
    assert "--target" in course.run("help", "check-stage").out
    assert course.run("check-stage", "--help").code == 0
