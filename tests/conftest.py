"""A small course on which the engine's real commands are tried."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from workshop import regions

REPOSITORY = Path(__file__).resolve().parents[1]
MAIN = REPOSITORY / "scripts" / "workshop"

# A shell lets what it starts in the background ignore Ctrl-C, and that is handed down: to these
# tests, and through them to the commands that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

_SOLUTION_1 = """\
from flask import Flask

app = Flask(__name__)


@app.get("/ping")
def ping() -> dict[str, bool]:
    return {"pong": True}


@app.get("/color")
def color() -> tuple[dict[str, str], int]:
    # BEGIN SOLUTION say-color: answer with the color blue
    # STARTER: return {"error": "not built"}, 501
    return {"color": "blue"}, 200
    # END SOLUTION


# BEGIN SOLUTION add-shape: answer GET /shape with the shape round
@app.get("/shape")
def shape() -> dict[str, str]:
    return {"shape": "round"}


# END SOLUTION
"""

_SOLUTION_2 = """\
from flask import Flask

app = Flask(__name__)


@app.get("/ping")
def ping() -> dict[str, bool]:
    return {"pong": True}


@app.get("/color")
def color() -> tuple[dict[str, str], int]:
    return {"color": "blue"}, 200


@app.get("/shape")
def shape() -> dict[str, str]:
    return {"shape": "round"}


@app.get("/size")
def size() -> tuple[dict[str, int], int]:
    # BEGIN SOLUTION say-size: answer with the size 3
    # STARTER: return {"size": 0}, 501
    return {"size": 3}, 200
    # END SOLUTION
"""

_TOML = """\
title = "{title}"
app = "app:app"
changes = {changes}
test_seconds = 2
try = ["curl -i http://127.0.0.1:{{port}}/ping"]
"""

_TASK = """
[[tasks]]
id = "{id}"
title = "{title}"
hints = ["First hint of {id}.", "Second hint of {id}.", "Third hint of {id}."]
"""

_GIVEN = '''\
from workshop.suite import expect


def test_ping(client):
    """`GET /ping` answers."""
    expect(client.get("/ping")).equals({"pong": True}, "it always did")
'''

_TEST = '''\
import pytest

from workshop import regions

from workshop.suite import expect

pytestmark = pytest.mark.task("{task}")


def test_{name}(client):
    """`GET /{name}` says the {name}."""
    response = client.get("/{name}")
    expect(response).status(200, "because {name} was asked for")
    expect(response).equals({{"{name}": {value!r}}}, "that is the {name}")
'''

_WRONG = """\
trap = "another color"
fails = "test_color.py::test_color"

[[edit]]
file = "app.py"
find = "blue"
replace = "green"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the gates, which take the longest: one that came last would run alone."""
    items.sort(key=lambda item: not item.name.startswith("test_the_gate"))


@dataclass
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str


class Course:
    """A course in a folder of its own, and the real commands run on it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str, stdin: str | None = None, **environment: str) -> Answer:
        """Run `python scripts/workshop` with these words."""
        done = subprocess.run(
            [sys.executable, str(MAIN), *words],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            input=stdin,
            timeout=120,
            stdin=subprocess.DEVNULL if stdin is None else None,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a command that goes on; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, str(MAIN), *words],
            env=self.environment(PYTHONUNBUFFERED="1", **environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment for a command on this course."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("WORKSHOP_", "PYTEST_"))}
        return clean | {"WORKSHOP_COURSE": str(self.root), **changes}

    def path(self, name: str) -> Path:
        """Return a path inside the course."""
        return self.root / name

    def write(self, name: str, text: str) -> Path:
        """Write a file of the course."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, name: str, find: str, replace: str) -> None:
        """Replace a text that stands exactly once in a file."""
        text = self.path(name).read_text(encoding="utf-8")
        assert text.count(find) == 1, f"{find!r} is {text.count(find)} times in {name}"
        self.write(name, text.replace(find, replace))

    def solve(self, number: int) -> None:
        """Put the solution of a stage where the student works."""
        text = self.path(f"solutions/{STAGES[number]}/app.py").read_text(encoding="utf-8")
        self.write(f"stages/{STAGES[number]}/app.py", regions.solved(text))

    def git(self, *words: str) -> None:
        """Run git in the course."""
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *who, *words], cwd=self.root, check=True, capture_output=True)

    def snapshot(self) -> dict[str, str]:
        """Return a hash of each file, but for caches."""
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }


STAGES = {1: "01_tiny", 2: "02_small"}


def _build(root: Path) -> Course:
    """Write the small course: two stages, complete in every point that `verify` looks at."""
    course = Course(root)
    shutil.copy(REPOSITORY / "stages" / "conftest.py", _folder(root / "stages"))
    tasks = {1: [("say-color", "color", "blue"), ("add-shape", "shape", "round")]}
    tasks[2] = [("say-size", "size", 3)]
    for number, solution in ((1, _SOLUTION_1), (2, _SOLUTION_2)):
        name = STAGES[number]
        course.write(f"solutions/{name}/app.py", solution)
        toml = _TOML.format(title=name[3:].title(), changes='["app.py"]')
        lesson = f"# Stage {number}\n"
        for task, what, value in tasks[number]:
            toml += _TASK.format(id=task, title=f"Say the {what}")
            lesson += f"\n## Task: say the {what} (`{task}`)\n"
            test = _TEST.format(task=task, name=what, value=value)
            course.write(f"stages/{name}/tests/test_{what}.py", test)
        course.write(f"stages/{name}/tests/test_given.py", _GIVEN)
        course.write(f"stages/{name}/stage.toml", toml)
        course.write(f"stages/{name}/README.md", lesson)
        course.write(f"tests/wrong/{number:02}/another_color.toml", _WRONG)
    wrong = _WRONG.replace("another color", "another size").replace('"blue"', '{"size": 3}')
    wrong = wrong.replace("test_color.py::test_color", "test_size.py::test_size")
    wrong = wrong.replace('find = {"size": 3}', "find = '\"size\": 3'")
    wrong = wrong.replace('replace = "green"', "replace = '\"size\": 4'")
    course.path("tests/wrong/02/another_color.toml").unlink()
    course.write("tests/wrong/02/another_size.toml", wrong)
    course.git("init", "-q")
    made = course.run("propagate")
    assert made.code == 0, made.out + made.err
    recorded = course.run("verify", "--record", "--no-notebooks")
    assert recorded.code == 0, recorded.out + recorded.err
    course.git("add", "-A")
    course.git("commit", "-qm", "Begin")
    return course


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("course") / "small").root


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Course:
    """Return a fresh copy of the small course."""
    copy = tmp_path / "course"
    shutil.copytree(built, copy, ignore=shutil.ignore_patterns("__pycache__", ".workshop"))
    return Course(copy)
