"""A class full of submissions that attack the grader, and two honest neighbours, graded once."""

import contextlib
import functools
import hashlib
import io
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from workshop import confinement
from workshop.grading.grades import Grade

REPOSITORY = Path(__file__).resolve().parents[1]
MAIN = REPOSITORY / "scripts" / "workshop"
CORPUS = Path(__file__).with_name("hostile")
BASE = (CORPUS / "base.txt").read_text(encoding="utf-8")
SECRET = "ci-7f3e1c9a52b8d046"  # noqa: S105  # what no program may find

# A user that nobody has, and none of those that runs are given.
ORDINARY = 61_999
# How long a class may take, of which each program may hang for some seconds.
SECONDS = 240

pytestmark = [
    pytest.mark.alone,
    pytest.mark.attack,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is less to hold"),
]

_SHAPE = """
@app.get("/shape")
def shape():
    return {"shape": "round"}
"""
_NOT_BUILT = '{"error": "not built", "breaches": breaches[:5]}, 501'
RIGHT = "# the own work of Anna\n" + BASE.replace(_NOT_BUILT, '{"color": "blue"}') + _SHAPE
HALF = "# the own work of Ben\n" + BASE + _SHAPE
HONEST = {"Anna Right": RIGHT, "Ben Half": HALF}


@dataclass(frozen=True)
class Program:
    """One submission of the corpus.

    Attributes:
        name: what it, and its student, are called.
        tries: what it is after.
        verdicts: those that are right.
        code: what `app.py` has after the base; there is none where it is None.
        files: further files.
        members: further files that are no plain ones, or not of plain text.
        pack: as what it is handed in: `folder`, `zip`, `tar` or, for a single member, `bytes`.
        folder: what its student is called, where that is not the name.
        earns: the points that it gets, for what it has really built.
        says: what the student is told, on the page or in the reason.
        also: the classes that it is in beside the one of them all: `ordinary`, which another user
            than root grades, and `bare`, where there is no isolation: what holds there needs none.

    """

    name: str
    tries: str
    verdicts: list[str]
    code: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    pack: str = "folder"
    folder: str = ""
    earns: float = 0.0
    says: str = ""
    also: list[str] = field(default_factory=list)


def _programs() -> dict[str, Program]:
    found = [
        Program(**told)
        for file in sorted(CORPUS.glob("*.toml"))
        for told in tomllib.loads(file.read_text(encoding="utf-8"))["program"]
    ]
    return {program.name: program for program in found}


PROGRAMS = _programs()


@dataclass(frozen=True)
class Member:
    """Something that a submission has in it: a file, or what stands in the place of one."""

    name: str
    content: bytes = b""
    kind: str = "file"
    to: str = ""


def _members(program: Program, words: dict[str, str]) -> Iterator[Member]:
    def put(text: str) -> str:
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        return text

    if program.code is not None:
        yield Member("app.py", put(BASE + program.code).encode())
    for name, text in program.files.items():
        yield Member(name, put(text).encode())
    for told in program.members:
        content = put(told.get("text", "")) + told.get("then", "") * told.get("repeat", 0)
        data = content.encode() or bytes.fromhex(told.get("hex", "")) or bytes(told.get("zeros", 0))
        for number in range(told.get("times", 1)):
            name = put(told["name"]).replace("{}", str(number))
            yield Member(name, data, told.get("kind", "file"), put(told.get("to", "")))


def _hand_in(program: Program, into: Path, words: dict[str, str]) -> None:
    name, members = program.folder or program.name, list(_members(program, words))
    match program.pack:
        case "zip":
            with zipfile.ZipFile(into / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
                for member in members:
                    info = zipfile.ZipInfo(member.name)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    if member.kind == "link":
                        info.external_attr = (stat.S_IFLNK | 0o777) << 16
                    zipped.writestr(info, member.to or member.content)
        case "tar":
            with tarfile.open(into / f"{name}.tar.gz", "w:gz") as tarred:
                for member in members:
                    entry = tarfile.TarInfo(member.name)
                    entry.type, entry.linkname = _TAR_TYPES[member.kind], member.to
                    entry.devmajor, entry.size = 254, len(member.content)
                    tarred.addfile(entry, io.BytesIO(member.content))
        case "bytes":
            (into / members[0].name).write_bytes(members[0].content)
        case _:
            (into / name).mkdir()
            for member in members:
                _write(into / name / member.name, member)


_TAR_TYPES = {
    "file": tarfile.REGTYPE,
    "link": tarfile.SYMTYPE,
    "hard": tarfile.LNKTYPE,
    "device": tarfile.BLKTYPE,
}


def _write(path: Path, member: Member) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    match member.kind:
        case "link":
            path.symlink_to(member.to)
        case "pipe":
            os.mkfifo(path)
        case _:
            path.write_bytes(member.content)


# Goes on as another user, for whom the ways to Python and to the workshop are opened.
_AS_USER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from workshop import confinement
confinement.drop(int(sys.argv[1]), sys.argv[2:4])
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""

# Put before everything that a Python of the grader's does: the machine has nothing but limits.
_BARE = """
import functools, sys
sys.path.insert(0, {scripts!r})
from workshop import confinement
from workshop.confinement import keeper
confinement.available = keeper.available = functools.cache(lambda: frozenset(["limits"]))
"""


class Class:
    """A class that is graded in a place where everything around it is watched."""

    def __init__(self, root: Path, built: Path, kind: str) -> None:
        root.chmod(0o755)
        self.root, self.mark = root, f"mark-of-{root.name}"
        self.user = None if kind == "own" else ORDINARY
        self.course = root / "course"
        shutil.copytree(built, self.course, ignore=shutil.ignore_patterns("__pycache__", ".git"))
        for toml in self.course.glob("stages/*/stage.toml"):
            text = toml.read_text(encoding="utf-8")
            text = text.replace("test_seconds = 2", 'test_seconds = 1\nprepare = ["init"]')
            toml.write_text(text, encoding="utf-8")
        self.temp, self.open, self.home = (self._folder(name) for name in ("temp", "open", "home"))
        self.hook = self._folder("hook")
        if kind == "bare":
            scripts = str(REPOSITORY / "scripts")
            (self.hook / "sitecustomize.py").write_text(_BARE.format(scripts=scripts))
        (self.open / "sentinel").write_text("untouched")
        (self.open / "sentinel").chmod(0o666)
        self.open.chmod(0o777)
        self.private = self.home / "private"
        self.private.write_text("only-for-the-grader = 1\n")
        self.private.chmod(0o600)
        if self.user is not None:
            for path in (self.temp, self.home, self.private):
                os.chown(path, self.user, self.user)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.setblocking(False)
        self.seconds, self.said = 0.0, ""

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir()
        return folder

    def grade(self, names: list[str], out: str) -> dict[str, Grade]:
        """Grade the honest ones and these; return the grades by student."""
        handed_in, to = self._folder(f"class-{out}"), self._folder(out)
        for name, app in HONEST.items():
            _write(handed_in / name / "app.py", Member("", app.encode()))
        for name in names:
            _hand_in(PROGRAMS[name], handed_in, self._words(handed_in))
        words = [str(MAIN), "grade", "--stages", "1", "--submissions", str(handed_in)]
        words += ["--out", str(to), "--workers", "4"]
        if self.user is not None:
            os.chown(to, self.user, self.user)
            words = ["-c", _AS_USER, str(self.user), str(REPOSITORY / "scripts"), *words]
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, *words],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        self.seconds = time.monotonic() - started
        self.said = done.stdout + done.stderr
        assert done.returncode == 0, self.said
        grades = [Grade.from_json(f.read_text("utf-8")) for f in to.glob("grades/01/*.json")]
        return {grade.student: grade for grade in grades}

    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("WORKSHOP_", "PYTEST_"))}
        ours = {"WORKSHOP_COURSE": self.course, "TMPDIR": self.temp, "HOME": self.home}
        ours |= {"SECRET_TOKEN_OF_CI": SECRET, "PYTHONPATH": self.hook}
        return clean | {name: str(value) for name, value in ours.items()}

    def _words(self, handed_in: Path) -> dict[str, str]:
        places = {
            "COURSE": self.course,
            "REPOSITORY": REPOSITORY,
            "OPEN": self.open,
            "TEMP": self.temp,
            "CLASS": handed_in,
            "PRIVATE": self.private,
            "HOME": self.home,
        }
        port = str(self.server.getsockname()[1])
        return {k: str(v) for k, v in places.items()} | {"MARK": self.mark, "PORT": port}

    def left_running(self) -> dict[int, str]:
        """Return the processes that descend from this class's: a fork has its parent's words."""
        found = {}
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if self.mark in words or str(self.root) in words:
                    found[int(file.parent.name)] = words
        return found

    def close(self) -> None:
        """End and remove all that there is of it."""
        self.server.close()
        for pid in self.left_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        subprocess.run(["rm", "-rf", str(self.root)], check=True)


@dataclass
class Graded:
    """A class that has been graded, and what was around it before."""

    kind: str
    where: Class
    before: dict[str, str]
    grades: dict[str, Grade]
    alone: dict[str, Grade]

    def grade_of(self, name: str) -> Grade:
        """Return the grade of a program."""
        return next(
            grade
            for student, grade in self.grades.items()
            if _plain(student) == _plain(PROGRAMS[name].folder or name)
        )


def _plain(name: str) -> str:
    return "".join(c for c in name if c.isascii() and c.isalnum())


_CLASSES = {
    kind: [program.name for program in PROGRAMS.values() if kind in ("own", *program.also)]
    for kind in ("own", "ordinary", "bare")
}
_LEVELS = {"own": "full", "ordinary": "full", "bare": "limits"}


def _each(*kinds: str) -> list[Any]:
    return [
        pytest.param(kind, name, id=f"{kind}-{name}") for kind in kinds for name in _CLASSES[kind]
    ]


@pytest.fixture(scope="module")
def classes(built: Path) -> Iterator[Callable[[str], Graded]]:
    """Return a function that gives a class of a kind, which is graded when it is first asked for.

    After the programs the honest are graded once more, alone.
    """
    with contextlib.ExitStack() as all_classes:

        @functools.cache
        def graded(kind: str) -> Graded:
            where = Class(Path(tempfile.mkdtemp(prefix="hostile-")), built, kind)
            all_classes.callback(where.close)
            before = _snapshot(where.course, REPOSITORY)
            grades = where.grade(_CLASSES[kind], "together")
            return Graded(kind, where, before, grades, where.grade([], "alone"))

        yield graded


@pytest.fixture
def graded(classes: Callable[[str], Graded], kind: str) -> Graded:
    """Return the class of this kind."""
    if kind != "own" and os.geteuid() != 0:
        pytest.skip("only root can go on as another user")
    assert kind not in _ungraded, "the class could not be graded: see the first of its tests"
    _ungraded.add(kind)
    result = classes(kind)
    _ungraded.remove(kind)
    return result


_ungraded: set[str] = set()


def _snapshot(*folders: Path) -> dict[str, str]:
    """Return the hash of each file, but for what others may write meanwhile."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for top in ("stages", "solutions", "scripts", "tests")
        for path in sorted((folder / top).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


_all_classes = pytest.mark.parametrize("kind", _CLASSES)


@pytest.mark.parametrize(("kind", "name"), _each(*_CLASSES))
def test_it_has_what_it_has_earned(graded: Graded, name: str):
    program, grade = PROGRAMS[name], graded.grade_of(name)
    told = f"{program.tries}: {grade.verdict} {grade.points:g} {grade.reason}\n{grade.page}"
    assert grade.verdict in program.verdicts, told
    assert grade.points <= program.earns, told
    assert program.says in grade.reason + grade.page, told
    # A student has to see why.
    assert grade.reason or grade.verdict == "FAIL", told
    assert "\n" not in grade.reason, told
    assert grade.page or grade.verdict == "INVALID", told


@pytest.mark.parametrize(("kind", "name"), _each("own", "ordinary"))
def test_it_has_found_nothing_of_others(graded: Graded, name: str):
    grade = graded.grade_of(name)
    text = grade.to_json()
    for word in ("BREACH", SECRET, "only-for-the-grader", "own work of"):
        assert word not in text, grade.page
    control = [c for c in grade.reason + grade.page if not c.isprintable() and c not in "\n\t"]
    assert not control, grade.page
    assert len(text) < 50_000


@_all_classes
def test_neighbours_are_graded_as_if_they_were_alone(graded: Graded):
    for name in HONEST:
        together, alone = graded.grades[name], graded.alone[name]
        assert (together.verdict, together.points) == (alone.verdict, alone.points)
        assert (together.tests, together.page) == (alone.tests, alone.page)
    assert [graded.grades[name].points for name in HONEST] == [100, 50]
    assert graded.grades["Anna Right"].verdict == "PASS"


@_all_classes
def test_everybody_has_a_grade_and_its_isolation(graded: Graded):
    assert len(graded.grades) == len(_CLASSES[graded.kind]) + len(HONEST)
    levels = {
        confinement.level_of(frozenset(grade.isolation))
        for grade in graded.grades.values()
        if grade.isolation
    }
    assert levels == {_LEVELS[graded.kind]}


@_all_classes
def test_nothing_outlives_the_class(graded: Graded):
    assert graded.where.left_running() == {}
    assert sorted(graded.where.temp.iterdir()) == []
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108  # that is where it would lie
        assert not Path(folder, graded.where.mark).exists()


@_all_classes
def test_nothing_was_changed(graded: Graded):
    where = graded.where
    assert _snapshot(where.course, REPOSITORY) == graded.before
    assert [path.name for path in where.open.iterdir()] == ["sentinel"]
    assert (where.open / "sentinel").read_text() == "untouched"
    assert where.private.read_text() == "only-for-the-grader = 1\n"
    assert [path.name for path in where.home.iterdir()] == ["private"]
    with pytest.raises(BlockingIOError):
        where.server.accept()


def test_the_corpus_is_what_was_asked_for():
    assert len(PROGRAMS) >= 50
    assert all(program.tries and program.verdicts for program in PROGRAMS.values())
