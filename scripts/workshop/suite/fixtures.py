"""The fixtures of every suite. `stages/conftest.py` brings them in.

A suite speaks HTTP through them and imports nothing of the student's. They keep to what a client
over a socket could do as well.
"""

import itertools
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from workshop import tools
from workshop.suite import loggers, mailboxes, racing, redis_servers, servers, workers
from workshop.suite import nginx as nginx_in_front
from workshop.suite.clock import Clock, stopped
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Command, Launcher, Served, preserved_environment
from workshop.suite.launchers import launcher as launcher_of
from workshop.suite.loader import LoadError
from workshop.suite.mailboxes import Mailbox
from workshop.suite.redis_servers import Redis
from workshop.suite.servers import Server
from workshop.suite.workers import Worker

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from workshop.course import Stage


@pytest.fixture(autouse=True, scope="session")
def _push_request_context() -> None:
    """Replace pytest-flask's fixture, whose request context would outlive each request.

    Under it `g`, and whatever an extension keeps there, leaks from one request of a test into
    the next.
    """


@pytest.fixture(autouse=True, scope="session")
def _monkeypatch_response_class() -> None:
    """Replace pytest-flask's fixture: Werkzeug's responses have `json` by themselves."""


@pytest.fixture(autouse=True, scope="session")
def _configure_application() -> None:
    """Replace pytest-flask's fixture: no suite configures the app behind its back."""


@pytest.fixture
def recorder(request: pytest.FixtureRequest) -> Recorder:
    """Return the record of this test's exchanges."""
    recorder = Recorder()
    request.node.stash[RECORDER] = recorder
    return recorder


RECORDER = pytest.StashKey[Recorder]()


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Return a folder for the run. One folder costs less than pytest's `tmp_path` a test does."""
    with tempfile.TemporaryDirectory(prefix="workshop-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def launcher(
    request: pytest.FixtureRequest, recorder: Recorder, scratch: Path
) -> Iterator[Launcher]:
    """Return what starts the app, in an environment and on a database that end with the test.

    `DATABASE_URL` names a SQLite file, which the commands of the stage's `prepare` have filled.
    """
    with preserved_environment():
        for name in [name for name in os.environ if name.startswith("FLASK_")]:
            del os.environ[name]
        # The same for each test, as an app may read it when it is imported, and that is once.
        os.environ["DATABASE_URL"] = _address(scratch / "app.db")
        launcher = launcher_of(app_dir(request.path), app_target(request.path), recorder)
        _prepare_database(launcher, _stage_of(request.path).prepare, scratch)
        yield launcher
        launcher.close()
        _remove(scratch / "app.db")


def _address(file: Path) -> str:
    return f"sqlite:///{file.as_posix()}"


def _prepare_database(launcher: Launcher, commands: Sequence[str], scratch: Path) -> None:
    """Put a copy of a prepared database where the app will look; it is prepared once."""
    database, prepared = scratch / "app.db", scratch / "prepared.db"
    if not commands:
        return
    if not prepared.exists():
        for command in commands:
            done = launcher.command(command.split(), {}, "", None)
            assert done.exit_code == 0, (
                f"`flask {command}`, which makes the database ready for every test, ends with exit "
                f"code {done.exit_code}:\n{_without_statement(done.output)[-1000:]}"
            )
            # Without tables the next command fails, and its words say nothing of this one.
            assert _has_tables(database), (
                f"`flask {command}` succeeds, and leaves no table in the database that "
                "`DATABASE_URL` names: is the address read from the environment, are the tables "
                "made, and is that committed?"
            )
        launcher.close()
        for file in _files(database):
            file.rename(scratch / file.name.replace(database.name, prepared.name))
    for file in _files(prepared):
        shutil.copyfile(file, scratch / file.name.replace(prepared.name, database.name))


def _has_tables(database: Path) -> bool:
    """Tell whether a SQLite database has tables, beside those of SQLite and Alembic themselves."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return any(name not in ("sqlite_sequence", "alembic_version") for (name,) in names)


def _without_statement(output: str) -> str:
    """Return what was printed, without the SQL statement and the values that SQLAlchemy adds."""
    return output.partition("\n[SQL:")[0]


def _files(database: Path) -> list[Path]:
    """Return the file of a SQLite database and those that belong to it, such as its journal."""
    return sorted(database.parent.glob(f"{database.name}*"))


def _remove(database: Path) -> None:
    for file in _files(database):
        file.unlink()


def app_dir(test: Path) -> Path:
    """Return the folder of the app that a test file is about.

    That is the stage that the file belongs to, unless `WORKSHOP_APP_DIR` names another copy.
    """
    return Path(os.environ.get("WORKSHOP_APP_DIR") or stage_dir(test))


def app_target(test: Path) -> str:
    """Return where the stage says that its app is, as in `app:app`."""
    return os.environ.get("WORKSHOP_APP") or _stage_of(test).app


def _stage_of(test: Path) -> "Stage":
    from workshop.course import load

    folder = stage_dir(test)
    if folder not in _stages:
        _stages[folder] = load(folder)
    return _stages[folder]


_stages: dict[Path, "Stage"] = {}


def stage_dir(test: Path) -> Path:
    """Return the folder of the stage that a test file belongs to."""
    if stage := os.environ.get("WORKSHOP_STAGE_DIR"):
        return Path(stage)
    return next(folder for folder in test.parents if (folder / "stage.toml").exists())


@pytest.fixture
def serve(launcher: Launcher) -> Callable[..., "FlaskClient"]:
    """Return a function that starts the app again, as a restarted server, and returns a client.

    It takes `env`, variables to set before, and `crash_at`, a path where a view is to raise.
    """

    def start(env: dict[str, str] | None = None, crash_at: str | None = None) -> "FlaskClient":
        return _started(launcher, env, crash_at).test_client()

    return start


@pytest.fixture
def app(launcher: Launcher) -> "Flask":
    """Return the app, loaded afresh for this test. Suites use `client`."""
    return _started(launcher, fresh=None)


def _started(
    launcher: Launcher,
    env: dict[str, str] | None = None,
    crash_at: str | None = None,
    fresh: bool | None = True,
) -> "Flask":
    try:
        return launcher.launch(env, crash_at, fresh)
    except LoadError as error:
        raised = error.raised
        where = f" ({raised.file}, line {raised.line}: {raised.source})" if raised else ""
        pytest.fail(f"The app does not load: {error}{where}", pytrace=False)


@pytest.fixture
def new_client(app: "Flask") -> Callable[[], "FlaskClient"]:
    """Return a function that makes another client of the running app, for a thread of its own."""
    return app.test_client


@pytest.fixture
def second_app(app: "Flask", launcher: Launcher) -> Callable[..., "FlaskClient"]:
    """Return a function that makes another app in the same process, and returns its client.

    It takes `env`, variables to set before. Only for stages whose app is made by a factory.
    """

    def make(env: dict[str, str] | None = None) -> "FlaskClient":
        return _started(launcher, env, fresh=False).test_client()

    return make


@pytest.fixture
def new_database(scratch: Path) -> Callable[[], str]:
    """Return a function that returns the address of a SQLite database that does not exist yet."""
    return lambda: _address(scratch / f"new-{next(_numbers)}.db")


_numbers = itertools.count()


@pytest.fixture
def cli(launcher: Launcher) -> Callable[..., Command]:
    """Return a function that runs a command of the `flask` command line on the app.

    It takes the words after `flask`, `env`, variables for this command, `typed`, what is answered
    to its questions (nobody is there when it is empty), and `app`, as in
    `app:create_app('testing')`, where that is another one than the stage's.
    """

    def run(
        *words: str, env: dict[str, str] | None = None, typed: str = "", app: str | None = None
    ) -> Command:
        return launcher.command(words, env or {}, typed, app)

    return run


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Return a function that returns what the app has printed and logged in this test so far.

    A test asks for it before `client` or `serve`: an app started earlier may log elsewhere.
    """
    seen: list[str] = []

    def text() -> str:
        seen.extend(capfd.readouterr())
        return "".join(seen)

    with _no_handlers():
        yield text
    # What was read here would be missing from what the transcript of a failure shows.
    print(text(), end="")


@contextmanager
def _no_handlers() -> Iterator[None]:
    """Part with the handlers, and levels, that the apps of other tests gave to Python's loggers."""
    before = {one: (list(one.handlers), one.level) for one in loggers.everyone()}
    loggers.clear()
    try:
        yield
    finally:
        for logger, (handlers, level) in before.items():
            logger.handlers[:] = handlers
            logger.setLevel(level)


@pytest.fixture
def race(launcher: Launcher) -> Callable[..., "list[TestResponse]"]:
    """Return a function that sends a request while another stands at its n-th line.

    It takes two functions that send a request each, and the number of the line.
    """

    return launcher.race


@pytest.fixture
def at_write(launcher: Launcher) -> Callable[..., "list[TestResponse]"]:
    """Return a function that sends a request, and another when the first is about to write.

    It takes two functions that send a request each, and `write`, before which of the writes: the
    first by default.
    """
    return launcher.at_write


@pytest.fixture
def files_at_commits(launcher: Launcher) -> "Callable[[racing.Send, Path, str], list[int]]":
    """Return a function that sends a request, and counts the files of a folder at each commit.

    It takes the function that sends it, the folder, and a pattern as in `*.msg`.
    """
    return launcher.files_at_commits


@pytest.fixture
def effort(launcher: Launcher) -> "Callable[[racing.Send], tuple[TestResponse, float]]":
    """Return a function that sends a request, and returns the answer and the seconds of work in it.

    That is the time of the processor and not of the clock, which other programs slow down; it
    counts in full the hashes that suites are spared.
    """

    return launcher.effort


@pytest.fixture
def gunicorn(launcher: Launcher, scratch: Path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts `gunicorn wsgi:app` on the app; it ends with the test.

    It takes `env`, variables beside `DATABASE_URL` and those of the test. Words of the command line
    take the place of those that let it listen where the check asks; `app` is for `gunicorn`.
    """
    if not hasattr(os, "fork"):
        pytest.skip("Gunicorn runs where there is fork: on Linux and macOS, and in WSL")
    with ExitStack() as running:

        def start(*words: str, env: dict[str, str] | None = None, app: str = "wsgi:app") -> Server:
            folder = scratch / f"gunicorn-{next(_numbers)}"
            folder.mkdir()
            whole = os.environ | (env or {})
            command = servers.gunicorn(*words, app=app)
            server = servers.started(
                command,
                launcher.directory,
                folder,
                whole,
                launcher.recorder,
                start=launcher.start,
            )
            return running.enter_context(server)

        yield start


@pytest.fixture
def nginx(launcher: Launcher, scratch: Path) -> Iterator[Callable[[Server], Server]]:
    """Return a function that puts nginx in front of a server, with the files `deploy/*.conf`.

    It ends with the test.
    """
    if not tools.find("nginx"):
        pytest.skip("nginx is not installed, so no request went through it")
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((launcher.directory / "deploy").glob("*.conf"))
    }
    with ExitStack() as running:

        def start(upstream: Server) -> Server:
            folder = scratch / f"nginx-{next(_numbers)}"
            folder.mkdir()
            started = nginx_in_front.started(
                files, upstream.socket, folder, launcher.recorder, launcher.start
            )
            return running.enter_context(started)

        yield start


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Return a real Redis, empty, which ends with the test."""
    program = tools.find("redis-server")
    if not program:
        pytest.skip("redis-server is not installed, so no request was counted in Redis")
    with redis_servers.started(program) as started:
        yield started


@pytest.fixture
def worker(launcher: Launcher, scratch: Path) -> Iterator[Callable[..., Worker]]:
    """Return a function that starts `celery -A worker worker --beat` on the app.

    It takes `env`, variables beside those of the test; words of the command line take the place of
    `--beat --concurrency 1`. It ends with the test.
    """
    with ExitStack() as running:

        def start(*words: str, env: dict[str, str] | None = None) -> Worker:
            folder = scratch / f"worker-{next(_numbers)}"
            folder.mkdir()
            whole = os.environ | (env or {})
            worker = workers.started(
                launcher.directory, folder, whole, *words, start=launcher.start
            )
            return running.enter_context(worker)

        yield start


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Return a real SMTP server, which keeps what it is sent, and ends with the test."""
    with mailboxes.started() as started:
        yield started


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Return the clock on the wall, which stands still in this test unless the test moves it.

    A test asks for it before `client` or `serve`, so that the app has known no other time.
    """
    with stopped() as clock:
        yield clock


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Return a source of values that no program can know: hidden tests ask with them.

    They are the same for a test whenever a class is graded.
    """
    return random.Random(f"{os.environ.get('WORKSHOP_SEED', '')} {request.node.name}")


@pytest.fixture
def program(launcher: Launcher) -> Callable[..., list[Served]]:
    """Return a function that tells what `python app.py`, or `flask run`, would serve."""
    return launcher.program


@pytest.fixture
def writes() -> Callable[[list[str]], int]:
    """Return a function that counts the statements of SQL which change rows."""
    return lambda statements: sum(map(racing.writes, statements))


@pytest.fixture
def sql(recorder: Recorder) -> Callable[[], AbstractContextManager[list[str]]]:
    """Return a context manager that lists the SQL statements which ran inside it."""

    @contextmanager
    def statements() -> Iterator[list[str]]:
        seen: list[str] = []
        before = len(recorder.statements)
        yield seen
        seen.extend(recorder.statements[before:])

    return statements
