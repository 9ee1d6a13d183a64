"""The fixtures of every suite. `stages/conftest.py` brings them in.

A suite speaks HTTP through them and imports nothing of the student's. They keep to what a client
over a socket could do as well.
"""

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from workshop.suite import racing
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher, Served, preserved_environment
from workshop.suite.loader import AppLoader, LoadError

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


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
    """Return what starts the app, in an environment that ends with the test."""
    with preserved_environment():
        yield from _launchers(app_dir(request.path), app_target(request.path), recorder, scratch)


def _launchers(folder: Path, target: str, recorder: Recorder, scratch: Path) -> Iterator[Launcher]:
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        del os.environ[name]
    database = scratch / f"{next(_numbers)}.db"
    os.environ["DATABASE_URL"] = f"sqlite:///{database.as_posix()}"
    loader = AppLoader(folder, target)
    yield Launcher(loader, recorder)
    loader.forget()


_numbers = itertools.count()


def app_dir(test: Path) -> Path:
    """Return the folder of the app that a test file is about.

    That is the stage that the file belongs to, unless `WORKSHOP_APP_DIR` names another copy.
    """
    return Path(os.environ.get("WORKSHOP_APP_DIR") or _stage_dir(test))


def app_target(test: Path) -> str:
    """Return where the stage says that its app is, as in `app:app`."""
    from workshop.course import load

    return os.environ.get("WORKSHOP_APP") or load(_stage_dir(test)).app


def _stage_dir(test: Path) -> Path:
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
    return _started(launcher, None, None)


def _started(launcher: Launcher, env: dict[str, str] | None, crash_at: str | None) -> "Flask":
    try:
        return launcher.launch(env, crash_at)
    except LoadError as error:
        pytest.fail(f"The app does not load: {error} {error.raised or ''}", pytrace=False)


@pytest.fixture
def new_client(app: "Flask") -> Callable[[], "FlaskClient"]:
    """Return a function that makes another client of the running app, for a thread of its own."""
    return app.test_client


@pytest.fixture
def race(launcher: Launcher) -> Callable[..., "list[TestResponse]"]:
    """Return a function that sends a request while another stands at its n-th line.

    It takes two functions that send a request each, and the number of the line.
    """

    def at_line(first: racing.Send, second: racing.Send, line: int) -> "list[TestResponse]":
        return racing.race(launcher.loader, first, second, line)

    return at_line


@pytest.fixture
def program(launcher: Launcher) -> Callable[..., list[Served]]:
    """Return a function that tells what `python app.py`, or `flask run`, would serve."""
    return launcher.program


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
