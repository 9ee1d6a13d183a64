"""Bad input: one clear line, exit code 2, nothing changed."""

import os
import socket

import pytest

_STAGE_COMMANDS = [
    "check-stage", "run-stage", "run-solution", "watch", "hint", "diff-stage", "whats-new",
    "reset-stage", "notebook",
]  # fmt: skip
_NUMBERS = {"none": [], "zero": ["0"], "too large": ["99"], "a word": ["abc"], "signed": ["-1"]}


def assert_refused(course, done, *parts):
    assert done.code == 2, done.out + done.err
    assert len(done.err.strip().splitlines()) == 1, done.err
    assert "Traceback" not in done.err
    for part in parts:
        assert part in done.err


@pytest.mark.parametrize("kind", _NUMBERS)
@pytest.mark.parametrize("command", _STAGE_COMMANDS)
def test_a_stage_that_does_not_exist(course, command, kind):
    before = course.snapshot()
    done = course.run(command, *_NUMBERS[kind])
    assert_refused(course, done)
    if kind != "signed":
        assert f"{command} 1`" in done.err
    assert course.snapshot() == before


def test_a_command_that_does_not_exist_names_the_nearest(course):
    assert_refused(course, course.run("chek-stage", "1"), "did you mean `check-stage`?")


def test_an_option_that_does_not_exist(course):
    assert_refused(course, course.run("check-stage", "1", "TARGT=solutions"), "--targt")


def test_a_target_that_does_not_exist(course):
    assert_refused(course, course.run("check-stage", "1", "TARGET=mine"), "solutions")


def test_an_option_is_named_as_it_was_typed(course):
    done = course.run("check-stage", "1", "TARGET=mine", WORKSHOP_FRONT="make")
    assert_refused(course, done, "Argument TARGET")


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5"])
@pytest.mark.parametrize(
    ("command", "name"),
    [("bench", "RUNS"), ("bench", "STAGES"), ("bench-grade", "STUDENTS"), ("bench-api", "ROUNDS")],
)
def test_nothing_can_be_measured_less_than_once(course, command, name, count):
    done = course.run(command, f"{name}={count}", WORKSHOP_FRONT="make")
    assert_refused(course, done, f"{name}: {count!r} is not a number from 1 on")


def test_a_folder_without_a_name(course):
    assert_refused(course, course.run("check-stage", "1", "DIR="), "DIR= is not a folder")


@pytest.mark.parametrize("words", [["check-stage"], ["check-stage", "é"], ["progress"], ["help"]])
def test_a_terminal_without_our_symbols(course, words):
    done = course.run(*words, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert "Traceback" not in done.err
    assert (done.out + done.err).isascii()


def test_a_folder_without_an_app(course, tmp_path):
    assert_refused(course, course.run("check-stage", "1", f"DIR={tmp_path}"), "no app.py")


def test_a_folder_that_is_not_there(course):
    assert_refused(course, course.run("check-stage", "1", "DIR=/nowhere"), "is not a folder")


def test_a_folder_that_is_no_stage_is_passed_over(course):
    course.write("stages/notes/ideas.txt", "later")
    assert course.run("check-all", "TARGET=solutions").code == 0


@pytest.mark.parametrize("command", ["run-stage", "run-solution"])
def test_a_port_in_use(course, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = course.run(command, "1", f"PORT={port}")
    assert_refused(course, done, f"Port {port} cannot be used", "PORT=")


@pytest.mark.parametrize("port", ["80", "0", "65536", "http", ""])
def test_a_port_that_cannot_be_had(course, port):
    assert_refused(course, course.run("run-stage", "1", f"PORT={port}"), "1024 to 65535")


def test_a_syntax_error_is_told_before_serving(course):
    course.write("stages/01_tiny/app.py", "def f(:\n")
    assert_refused(course, course.run("run-stage", "1"), "stages/01_tiny/app.py, line 1")


@pytest.mark.parametrize("command", ["check-stage", "check-all", "run-stage", "watch", "hint"])
def test_a_lost_app_is_given_back_by_name(course, command):
    course.path("stages/01_tiny/app.py").unlink()
    words = [] if command == "check-all" else ["1"]
    done = course.run(command, *words)
    assert_refused(course, done, "stages/01_tiny/app.py is missing", "reset-stage 1")


def test_a_lost_suite(course):
    for test in course.path("stages/01_tiny/tests").glob("*.py"):
        test.unlink()
    done = course.run("check-stage", "1")
    assert_refused(course, done, "git checkout stages/01_tiny/tests")


def test_a_lost_test_file(course):
    course.solve(1)
    course.path("stages/01_tiny/tests/test_shape.py").unlink()
    done = course.run("check-stage", "1")
    assert_refused(course, done, "The tests of `add-shape` are missing", "git checkout stages/01")


def test_lost_fixtures(course):
    course.path("stages/conftest.py").unlink()
    assert_refused(course, course.run("check-stage", "1"), "git checkout stages/conftest.py")


def test_a_file_that_is_a_link_to_itself(course):
    course.path("stages/01_tiny/app.py").unlink()
    course.path("stages/01_tiny/app.py").symlink_to("app.py")
    for command in ("check-stage", "hint", "diff-stage", "progress"):
        done = course.run(command, *([] if command == "progress" else ["1"]))
        assert "Traceback" not in done.err + done.out


def test_a_stage_toml_that_is_a_folder(course):
    course.path("stages/01_tiny/stage.toml").unlink()
    course.path("stages/01_tiny/stage.toml").mkdir()
    assert_refused(course, course.run("check-stage", "1"), "Cannot use", "stage.toml")


def test_a_line_break_in_a_word(course):
    assert_refused(course, course.run("check-stage", "1\n2"), "is not the number of a stage")


def test_a_lost_stage_toml(course):
    course.path("stages/01_tiny/stage.toml").unlink()
    assert_refused(course, course.run("check-stage", "1"), "git checkout stages/01_tiny/stage.toml")


_TYPOS = {
    "no TOML": ('title = "Tiny"', 'title = "Tiny', "not valid TOML"),
    "an unknown key": ("changes =", "chnages =", "unknown key `chnages`"),
    "a wrong type": ("test_seconds = 2", 'test_seconds = "2"', "`test_seconds` must be"),
    "no title": ('title = "Tiny"\n', "", "the key `title` is missing"),
    "a list of numbers": ('changes = ["app.py"]', "changes = [1]", "list of strings"),
}


@pytest.mark.parametrize("kind", _TYPOS)
def test_a_typo_in_stage_toml(course, kind):
    find, replace, says = _TYPOS[kind]
    course.edit("stages/01_tiny/stage.toml", find, replace)
    assert_refused(course, course.run("check-stage", "1"), "stages/01_tiny/stage.toml", says)


def test_a_typo_in_another_stage_does_not_stop_this_one(course):
    course.write("stages/02_small/stage.toml", "title =")
    assert course.run("check-stage", "1", "TARGET=solutions").code == 0


@pytest.mark.parametrize("command", [["check-stage", "1"], ["hint", "1"], ["reset-stage", "1"]])
def test_a_course_that_cannot_be_written(course, command):
    """A file where the workshop's folder would be: not even root can write below it."""
    course.edit("stages/01_tiny/app.py", "not built", "begun")
    course.write(".workshop", "in the way")
    before = course.snapshot()
    done = course.run(*command)
    assert_refused(course, done, "Cannot write", "writable")
    assert course.snapshot() == before


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root writes all")
def test_a_read_only_course(course):
    course.root.chmod(0o555)
    try:
        assert_refused(course, course.run("check-stage", "1"), "Cannot write")
    finally:
        course.root.chmod(0o755)


def test_an_empty_course(course, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = course.run("check-stage", "1", WORKSHOP_COURSE=str(empty))
    assert_refused(course, done, "no stages")


def test_a_suite_that_does_not_load_is_not_the_student_s_fault(course):
    course.edit("stages/01_tiny/tests/test_color.py", "import pytest", "import nothing_like_it")
    done = course.run("check-stage", "1")
    assert done.code == 1
    assert "This is not your code" in done.out


def test_a_suite_that_does_not_load_is_told_with_its_line(course):
    path = course.path("stages/01_tiny/tests/test_color.py")
    path.write_text(path.read_text() + "nothing_of_this_name\n")
    done = course.run("check-stage", "1")
    assert "The suite of this stage does not load" in done.out
    assert f"tests/test_color.py:{len(path.read_text().splitlines())}" in done.out
    assert "nothing_of_this_name' is not defined" in done.out


@pytest.mark.parametrize("content", [b"\xe8", b"\xff\xfea\0", b"\0", b""])
def test_an_app_that_is_no_text_is_kept_and_given_back(course, content):
    app = course.path("stages/01_tiny/app.py")
    starter = app.read_bytes()
    app.write_bytes(content)
    for command in ("check-stage", "diff-stage", "hint", "progress", "verify"):
        assert "Traceback" not in course.run(command, *["1"][: command != "progress"]).err
    done = course.run("reset-stage", "1")
    assert done.code == 0, done.err
    assert app.read_bytes() == starter
    (kept,) = course.path(".workshop/backups").glob("*/app.py")
    assert kept.read_bytes() == content


def test_a_folder_in_the_place_of_the_app(course):
    course.path("stages/01_tiny/app.py").unlink()
    course.write("stages/01_tiny/app.py/mine.txt", "mine")
    before = course.snapshot()
    assert_refused(course, course.run("reset-stage", "1"), "app.py is a folder", "move it away")
    assert course.snapshot() == before
    for command in (["progress"], ["diff-stage", "1"]):
        assert "Traceback" not in course.run(*command).err


@pytest.mark.parametrize("command", ["reset-stage", "diff-stage"])
def test_a_lost_solution_costs_nobody_the_app(course, command):
    course.edit("stages/01_tiny/app.py", "not built", "begun")
    course.path("solutions/01_tiny/app.py").unlink()
    before = course.snapshot()
    done = course.run(command, "1")
    assert_refused(course, done, "git checkout solutions/01_tiny")
    assert course.snapshot() == before


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"01_tiny": []}', '{"01_tiny": {"met": 1}}'])
def test_what_is_remembered_and_cannot_be_read_is_forgotten(course, content):
    for name in ("progress", "hints"):
        course.write(f".workshop/{name}.json", content)
    assert course.run("progress").code == 0
    assert course.run("hint", "1").code == 1
    assert "of 3 met" in course.run("progress").out
