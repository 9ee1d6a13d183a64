"""A small course on which the engine's real commands are tried."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from workshop import regions
from workshop.grading.grades import Book, Column, Grade, GradedTask, GradedTest, Pair, Verdict

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
    """Begin with the gates, which take the longest: one that came last would run alone.

    Where stages were asked for, tests about others are left out, and so are the attacks on grading:
    they take a minute, and nothing in a stage can change how they end.
    """
    chosen = {int(word) for word in os.environ.get("WORKSHOP_TEST_STAGES", "").split()}
    if chosen:
        items[:] = [
            item
            for item in items
            if _stage_of(item) in {None, *chosen} and not item.get_closest_marker("attack")
        ]
    items.sort(key=lambda item: not item.name.startswith("test_the_gate"))


def _stage_of(item: pytest.Item) -> int | None:
    """Return the number of the stage that a test is about; None where it is about none."""
    params = getattr(item, "callspec", None)
    for name, value in (params.params if params else {}).items():
        if name in ("stage", "number", "api"):
            number = getattr(value, "number", None) or getattr(value, "stage", value)
            return int(number)
    return None


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


# Names that students can give their folders, and what their programs can print.
HOSTILE_NAMES = (
    "../../etc/x",
    "<script>window.hurt = 1</script>",
    '"><img src=x onerror="window.hurt=1">',
    '=HYPERLINK("http://example.com")',
    "@SUM(1+1)",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    " +1",
    "Ada\nLovelace",
    "Ada Lovelace",
    "ada-lovelace",
    "Ada_Lovelace",
    "con",
    "\u202etxt.exe",
    "x" * 300,
    "\udce9t\udce9",
    "\x1b[2J\x1b]0;title\x07gone",
    "Ζωή 李小龍 👩‍💻",
    "{{ 7 * 7 }}",
    "]]>",
    "",
)
HOSTILE_TEXT = (
    "\x1b[31mred\x1b[0m \x1b]8;;http://example.com\x07link\x1b]8;;\x07"
    " \x00\x08\x0b\uffff \ud800\r\n"
    "</pre></script><script>window.hurt = 1</script>\n"
    "<img src=http://example.com/x onerror=window.hurt=1> <!-- ]]> &amp; &#x3c; {{ 7 * 7 }}\n"
    "=cmd|' /C calc'!A0\r\u202eevil\u2028"
)

_FIRST = ("Ada", "Björn", "Chloé", "Dmitri", "Esra", "Fatou", "Grace", "Hiroshi", "Inés", "Jun")
_LAST = ("Abbott", "Çelik", "Dvořák", "Eriksen", "Ferrari", "García", "Haddad", "Ito", "Kowalski")
_TITLES = "Hello, World!|Routing|Status codes|Validation|Errors|Databases|Migrations|Blueprints"
_TITLES += "|Testing|Deployment|Rate limiting|Caching|Background jobs|API documents|Security"
_TASKS = ("Answer with JSON", "Refuse what is not allowed", "Say where the new one is", "Sort it")


def made_up_book(students: int, stages: int = 15) -> Book:
    """Make the book of a class up, the same one each time, with something of everything in it."""
    chance = random.Random(7)
    number = len(_FIRST)
    names = [
        f"{_FIRST[i % number]} {_LAST[(i * 7 + i // number) % len(_LAST)]}" for i in range(students)
    ]
    names = [name if names.index(name) == i else f"{name} {i}" for i, name in enumerate(names)]
    columns = [Column(i + 1, title) for i, title in enumerate(_TITLES.split("|")[:stages])]
    book = Book(names, columns, {}, {}, {}, [])
    for student in names:
        skill = chance.uniform(0.6, 1.3)
        for column in columns:
            if chance.random() < 0.04:
                continue
            made = made_up_grade(student, column, skill - 0.02 * column.number, chance)
            book.grades[student, column.number] = made
    first, second, last = names[0], names[1], names[-1]
    for stage in (2, 5):
        book.grades.pop((last, stage), None)
    book.faults[last, 2] = "the machine ran out of space: grade this one again"
    book.changes[first, 1] = "FAIL 40 → PASS 100"
    book.grades[second, 3] = replace(
        made_up_grade(second, columns[2], 2, chance),
        verdict=Verdict.FLAG,
        reason="it reads the clock of the tests",
    )
    lines = "@app.get('/tasks/<int:id>')\ndef show(id):\n    return TASKS.get(id) or ({}, 404)"
    twin = lines.replace("show", "get_one").replace("TASKS", "ALL")
    book.pairs.append(Pair(3, first, second, 0.93, ((lines, twin), ("x = 1", "y = 1"))))
    return book


def made_up_grade(student: str, column: Column, skill: float, chance: random.Random) -> Grade:
    """Make one grade up."""
    grade = Grade(
        student,
        column.number,
        Verdict.PASS,
        seconds=round(chance.uniform(0.4, 9), 3),
        isolation=("rlimits", "landlock", "no network"),
        content=f"{chance.getrandbits(256):064x}",
        grader="1.0",
        graded_at="2026-01-31T12:00:00Z",
    )
    if skill < 1.5 and chance.random() < 0.03:
        reason = "SyntaxError: '(' was never closed (app.py, line 12)"
        return replace(grade, verdict=Verdict.ERROR, reason=reason, page=f"✗ {reason}\n")
    if skill < 1.5 and chance.random() < 0.01:
        return replace(
            grade, verdict=Verdict.INVALID, reason="a link in it leads out of its folder"
        )
    tests = [GradedTest("test_given.py::test_ping", "", "`GET /ping` answers.", True)]
    tasks = []
    for place, title in enumerate(_TASKS):
        task, met = f"task-{place}", 0
        for which in range(5):
            hidden = which == 4
            passed = chance.random() < skill + 0.25 - 0.1 * place
            met += passed
            name = f"hidden {place + 1}" if hidden else f"test_{place}.py::test_{which}"
            told = (
                "A hidden test." if hidden else f"`GET /{column.number}/{place}` answers {which}."
            )
            tests.append(GradedTest(name, task, told, passed, hidden))
        tasks.append(GradedTask(task, title, met, 5, 5.0 * met, 25.0))
    points = sum(task.points for task in tasks)
    if all(test.passed for test in tests):
        return replace(
            grade, points=points, tasks=tuple(tasks), tests=tuple(tests), page="✓ Green\n"
        )
    return replace(
        grade,
        verdict=Verdict.FAIL,
        points=points,
        tasks=tuple(tasks),
        tests=tuple(tests),
        page=(
            f"Stage {column.number} · {column.title}\n\n  ✗ `GET /{column.number}/1` answers 1.\n\n"
            "  Sent           GET /tasks/7 HTTP/1.1\n  Came back      500 INTERNAL SERVER ERROR\n"
            "  Expected       404, because there is no task 7\n"
            "  By hand        curl -i http://127.0.0.1:5000/tasks/7\n"
        ),
        hint="Look at what `TASKS.get` returns when there is none.",
    )


def hostile_book() -> Book:
    """Make a book up whose every text is of somebody who means harm."""
    students = list(HOSTILE_NAMES)
    columns = [Column(1, HOSTILE_TEXT), Column(2, "Plain")]
    grades = {}
    for place, student in enumerate(students):
        verdict = list(Verdict)[place % len(Verdict)]
        points = 0.0 if verdict in (Verdict.ERROR, Verdict.INVALID) else 50.0
        grades[student, 1] = Grade(
            student,
            1,
            verdict,
            reason=HOSTILE_TEXT,
            points=points,
            tasks=(GradedTask(HOSTILE_TEXT, HOSTILE_TEXT, 1, 2, 50.0, 100.0),),
            tests=(
                GradedTest(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT, verdict == Verdict.PASS),
                GradedTest("hidden 1", HOSTILE_TEXT, "A hidden test.", None, True),
            ),
            page=HOSTILE_TEXT,
            hint=HOSTILE_TEXT,
            isolation=(HOSTILE_TEXT,),
            content=HOSTILE_TEXT,
            grader=HOSTILE_TEXT,
            graded_at=HOSTILE_TEXT,
        )
    pair = Pair(1, students[0], students[1], 1.0, ((HOSTILE_TEXT, HOSTILE_TEXT),))
    key = (students[0], 2)
    return Book(students, columns, grades, {key: HOSTILE_TEXT}, {key: HOSTILE_TEXT}, [pair])


@pytest.fixture(scope="session")
def made_up() -> Callable[[int], Book]:
    """Return the function that makes the book of so many students up."""
    return made_up_book


@pytest.fixture(scope="session")
def hostile() -> Book:
    """Return a book full of texts that mean harm."""
    return hostile_book()
