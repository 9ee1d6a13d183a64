"""The set-up, tried on a repository of its own: refusals, and what they leave alone."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder with the engine and its requirements, and no `.venv`."""
    copy = tmp_path / "repository"
    caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "scripts", copy / "scripts", ignore=caches)
    shutil.copy(REPOSITORY / "requirements.txt", copy)
    return copy


def _run(repository: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WORKSHOP_")}
    return subprocess.run(
        [sys.executable, str(repository / "scripts" / "workshop"), *words],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def _assert_refused(done: "subprocess.CompletedProcess[str]", *parts: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for part in parts:
        assert part in done.stderr


def test_a_venv_of_somebody_else_is_left_alone(repository):
    (repository / ".venv" / "bin").mkdir(parents=True)
    (repository / ".venv" / "mine.txt").write_text("mine")
    _assert_refused(_run(repository, "check-stage", "1"), "not made by the workshop", "delete")
    assert (repository / ".venv" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("stamp", ["current", "old"])
def test_a_broken_venv_is_named(repository, stamp):
    python = repository / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    python.parent.mkdir(parents=True)
    python.write_text("no program")
    python.chmod(0o755)
    (repository / ".venv" / "workshop-base").write_text("x")
    if stamp == "old":
        os.utime(repository / ".venv" / "workshop-base", (1, 1))
    _assert_refused(_run(repository, "check-stage", "1"), "is broken", "delete the folder")
    assert python.exists()


def test_a_venv_without_its_python_is_named(repository):
    (repository / ".venv").mkdir()
    (repository / ".venv" / "workshop-base").write_text("x")
    _assert_refused(_run(repository, "check-stage", "1"), "is broken", "delete the folder")


@pytest.mark.skipif(os.name == "nt", reason="Pythons of Windows are no links")
@pytest.mark.parametrize("lost", ["its pyvenv.cfg", "a package"])
def test_a_venv_that_is_half_there_is_named(repository, lost):
    """It must not be started for ever, nor its loss be told as a fault of the student's."""
    venv = repository / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    (venv / "workshop-base").write_text("x")
    if lost == "a package":
        home = Path(sys.executable).resolve().parent
        text = f"home = {home}\ninclude-system-site-packages = false\n"
        (venv / "pyvenv.cfg").write_text(text)
    _assert_refused(_run(repository, "check-stage", "1"), "is broken", "delete the folder")


def test_a_set_up_that_was_interrupted_begins_anew(repository):
    """An unfinished set-up is neither taken for a finished one nor for somebody else's folder."""
    (repository / ".venv" / "lib").mkdir(parents=True)
    stamp = repository / ".venv" / "workshop-base"
    stamp.write_text("unfinished")
    os.utime(stamp, (0, 0))
    (repository / "requirements.txt").write_text("no-such-package==1 --hash=sha256:0\n")
    done = _run(repository, "check-stage", "1", PATH=_without_uv())
    assert "Making .venv" in done.stderr and "Installing" in done.stderr
    assert done.returncode == 2
    again = _run(repository, "check-stage", "1", PATH=_without_uv())
    assert again.stderr == done.stderr


def test_missing_requirements_are_named(repository):
    (repository / "requirements.txt").unlink()
    _assert_refused(_run(repository, "check-stage", "1"), "requirements.txt is missing")


def test_packages_that_cannot_be_installed_are_one_line(repository):
    (repository / "requirements.txt").write_text("no-such-package==1 --hash=sha256:0\n")
    done = _run(repository, "check-stage", "1", PATH=_without_uv())
    assert done.returncode == 2
    assert "failed: " in done.stderr and ".venv-setup.log" in done.stderr
    assert "Traceback" not in done.stderr


def _without_uv() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / "uv").exists())


def test_a_folder_that_cannot_be_written(repository):
    """A file where the lock would be a folder's: not even root can make `.venv` there."""
    (repository / ".venv-setup.lock").mkdir()
    _assert_refused(_run(repository, "check-stage", "1"), "Cannot write", "make it writable")


def test_an_old_python_is_told_which_one_is_needed(repository):
    main = repository / "scripts" / "workshop" / "__main__.py"
    code = f"import sys; sys.version_info = (3, 8, 1); exec(open({str(main)!r}).read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    _assert_refused(done, "Python 3.8 is too old", "3.11 or newer")


def test_the_first_file_is_readable_by_any_python():
    """An old Python has to get as far as the sentence that it is too old."""
    source = (REPOSITORY / "scripts" / "workshop" / "__main__.py").read_text()
    for newer in ('f"', "f'", ":=", "->", "match "):
        assert newer not in source


def test_a_python_without_venv_names_the_package(repository):
    """Debian's Python comes without ensurepip until python3-venv is installed."""
    (repository / "scripts" / "ensurepip.py").write_text("raise ImportError(name='ensurepip')\n")
    done = _run(repository, "check-stage", "1", PATH=_without_uv())
    _assert_refused(done, "has no ensurepip", "-venv")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
class TestMake:
    """`make` in the repository itself: exit codes and spellings."""

    def _make(self, *words: str) -> "subprocess.CompletedProcess[str]":
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("WORKSHOP_", "MAKE"))}
        command = ["make", *words, f"PYTHON={sys.executable}"]
        return subprocess.run(
            command, cwd=REPOSITORY, env=clean, capture_output=True, text=True, timeout=120
        )

    @pytest.mark.parametrize("words", [["1"], ["N=1"]])
    def test_green_is_0(self, words):
        done = self._make("check-stage", *words, "TARGET=solutions")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert "Green" in done.stdout

    @pytest.mark.parametrize("words", [["1"], ["N=1"]])
    def test_not_green_is_1_without_a_word_of_make(self, words, tmp_path):
        (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
        done = self._make("check-stage", *words, f"DIR={tmp_path}")
        assert done.returncode == 1
        assert done.stderr == ""
        assert "make" not in done.stdout.splitlines()[-1]

    def test_wrong_usage_is_2(self):
        done = self._make("check-stage", "99")
        assert done.returncode == 2
        assert done.stderr.splitlines()[0].startswith("There is no stage 99")
        assert "`make check-stage 1`" in done.stderr

    def test_a_folder_with_a_blank_in_its_name(self, tmp_path):
        done = self._make("check-stage", "1", f"DIR={tmp_path / 'my copy'}")
        assert "my copy is not a folder" in done.stderr

    @pytest.mark.parametrize(
        "name", ["app (1)", "O'Neill", "a;b|c", "a&b", 'a"b', "`id`", "$$HOME"]
    )
    def test_a_folder_with_a_sign_of_the_shell_in_its_name(self, tmp_path, name):
        done = self._make("check-stage", "1", f"DIR={tmp_path / name}")
        assert f"{name} is not a folder" in done.stderr

    def test_a_python_that_is_not_there(self):
        command = ["make", "check-stage", "1", "PYTHON=no-such-python"]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
        assert done.returncode == 2
        assert "There is no no-such-python here: name the Python" in done.stderr

    def test_no_command_is_help(self):
        done = self._make()
        assert done.returncode == 0
        assert "make check-stage 1" in done.stdout

    def test_nothing_is_left_in_the_temporary_folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        for words in (["check-stage", "1", "TARGET=solutions"], ["check-stage", "99"]):
            self._make(*words)
        assert list(tmp_path.iterdir()) == []

    def test_ctrl_c_leaves_nothing_in_the_temporary_folder(self, tmp_path):
        """The terminal sends it to the whole group: make, its shell and the workshop."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("WORKSHOP_", "MAKE"))}
        process = subprocess.Popen(
            ["make", "watch", "1", f"PYTHON={sys.executable}"],
            cwd=REPOSITORY,
            env=clean | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout
        for line in process.stdout:
            if "Ctrl-C ends" in line:
                break
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
        assert list(tmp_path.iterdir()) == []
