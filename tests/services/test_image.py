"""The steps of a solution's Dockerfile, done here in a folder: what would start in a container.

No Docker is needed: packages are installed by the Dockerfile's own commands, files are those that
it copies, and the process has its variables and no others. Only the user is not made, Python is the
one that runs the tests, and the port is a free one of loopback.
"""

import json
import os
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from workshop import course, starters
from workshop.suite.composefiles import Compose
from workshop.suite.dockerfiles import Dockerfile

STAGE = 10
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdef0123456789abcdef-of-the-tests",
    "JWT_SECRET_KEY": "fedcba9876543210fedcba9876543210-of-the-tests",
}
# Commands that are not done again here: they change the machine, and not the files of the app.
NOT_REPLAYED = ("useradd",)
SECONDS_TO_INSTALL = 300
SECONDS_TO_START = 30


@dataclass
class Replay:
    """An image as a folder: `root` is its `/`."""

    root: Path
    dockerfile: Dockerfile
    environments: list[str]
    port: int

    def here(self, text):
        """Return a text of the Dockerfile with paths and ports as they are here."""
        for folder in self.environments:
            text = text.replace(folder, f"{self.root}{folder}")
        return text.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}").replace(
            "127.0.0.1:8000", f"127.0.0.1:{self.port}"
        )

    def folder(self, state):
        """Return the working folder of a stage, with the files that were copied so far."""
        for target, source in state.files.items():
            place = Path(f"{self.root}{target}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes((self.dockerfile.folder / source).read_bytes())
        folder = Path(f"{self.root}{state.folder}")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def env(self, state):
        """Return the variables of a stage; its Python is the one of the tests."""
        programs = self.root / "python"
        if not programs.exists():
            programs.mkdir()
            # Of this machine's Python itself: beside the one of .venv there is a Gunicorn, too.
            (programs / "python").symlink_to(getattr(sys, "_base_executable", sys.executable))
        path = f"{self.here(state.variables['PATH'])}:{programs}"
        return state.variables | {"PATH": path}

    def run(self, words, state, **variables):
        """Run a command as in a container, and return how it ended."""
        return subprocess.run(
            [self.here(word) for word in words],
            cwd=self.folder(state),
            env=self.env(state) | variables,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_INSTALL,
        )


@pytest.fixture(scope="module")
def replay(tmp_path_factory, free_port):
    """Return the image of the stage, made in a folder."""
    stage = course.find(str(STAGE), "test-services")
    context = tmp_path_factory.mktemp("context")
    for name, text in starters.solved(stage).items():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(text, encoding="utf-8")
    dockerfile = Dockerfile(context)
    environments = [
        words[-1]
        for item in dockerfile.all()
        if item.name == "RUN" and (words := shlex.split(item.value))[1:3] == ["-m", "venv"]
    ]
    replay = Replay(tmp_path_factory.mktemp("image"), dockerfile, environments, free_port())
    for layer in dockerfile.stages:
        for item in layer.own:
            if item.name != "RUN" or item.value.startswith(NOT_REPLAYED):
                continue
            state = dockerfile.state(layer, item)
            # pip's settings, such as an index of one's own, are the machine's and not the image's.
            settings = {k: v for k, v in os.environ.items() if k.startswith("PIP_") or k == "HOME"}
            done = replay.run(["sh", "-c", item.script], state, **settings)
            assert done.returncode == 0, f"{item}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return replay


@pytest.fixture
def production(tmp_path):
    """Return the variables with which a container is started."""
    return PRODUCTION | {"DATABASE_URL": f"sqlite:///{tmp_path / 'tasks.db'}"}


def ask(port, path):
    """Return the status, the headers and the body of an answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def test_replayed_image_serves(replay, production, tmp_path):
    """What the Dockerfile makes is migrated, starts, is healthy, answers, and stops when told."""
    dockerfile = replay.dockerfile
    state = dockerfile.state(dockerfile.final)
    check = dockerfile.final.last("HEALTHCHECK")
    words = json.loads(check.value.removeprefix("CMD").strip())
    assert replay.run(words, state).returncode != 0, "healthy although nothing is started"

    migrate = Compose(dockerfile.folder).service("migrate").data["command"]
    done = replay.run(migrate, state, **production)
    assert done.returncode == 0, done.stderr[-2000:]

    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [replay.here(word) for word in dockerfile.command()],
            cwd=replay.folder(state),
            env=replay.env(state) | production,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    try:
        until = time.monotonic() + SECONDS_TO_START
        while (asked := replay.run(words, state)).returncode != 0:
            assert process.poll() is None and time.monotonic() < until, (
                f"never healthy: {asked.stderr[-500:]}\n{log.read_text()[-2000:]}"
            )
            time.sleep(0.1)
        status, headers, _ = ask(replay.port, "/readiness")
        assert (status, headers["Server"]) == (200, "gunicorn")
        status, _, body = ask(replay.port, "/api/tasks")
        assert (status, json.loads(body)["status"]) == (401, "error")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert process.returncode == 0
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.strip()]
    assert "/readiness" in [line.get("path") for line in lines]


def test_nothing_else_is_inside(replay):
    """The folder of the app has what it runs, and no tests, settings of tests, or secrets."""
    state = replay.dockerfile.state(replay.dockerfile.final)
    inside = {path.name for path in replay.folder(state).iterdir()}
    assert inside - {"__pycache__"} == {"app", "migrations", "gunicorn.conf.py", "wsgi.py"}


def test_driver_of_the_database_is_inside(replay):
    """The packages have what compose.yaml's address of the database asks for, and no pytest."""
    state = replay.dockerfile.state(replay.dockerfile.final)
    done = replay.run(["python", "-c", "import psycopg, gunicorn"], state)
    assert done.returncode == 0, done.stderr
    assert replay.run(["python", "-c", "import pytest"], state).returncode != 0
