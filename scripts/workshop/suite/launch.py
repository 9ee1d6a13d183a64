"""Starts a stage's app in this process, as often and with what environment a test asks for."""

import functools
import os
import runpy
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop.suite import (
    commits,
    lazy_rules,
    orphans,
    racing,
    shared_statements,
    spared_hashes,
    whole_messages,
)
from workshop.suite.client import RecordingClient, note_exceptions
from workshop.suite.exchange import Recorder
from workshop.suite.loader import AppLoader, LoadError, replaced
from workshop.suite.racing import Send

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

CRASH_SECRET = "secret-in-exception"  # noqa: S105  # the text that must not leak, no credential


@dataclass(frozen=True)
class Served:
    """One server that a program would start."""

    host: str
    port: int
    debug: bool


@dataclass(frozen=True)
class Command:
    """How a command ended: its exit code, and all that it printed."""

    exit_code: int
    output: str


class Launcher:
    """Starts one app's folder; what tests do is recorded in `recorder`."""

    def __init__(self, loader: AppLoader, recorder: Recorder) -> None:
        self.loader = loader
        self.recorder = recorder
        self._engines: set[Any] = set()

    def launch(
        self,
        env: dict[str, str] | None = None,
        crash_at: str | None = None,
        fresh: bool | None = True,
    ) -> "Flask":
        """Load the app, as a started server would.

        Args:
            env: environment variables to set before the app is loaded; they stay set until
                the caller's `preserved_environment` ends.
            crash_at: a path at which to add a view that raises, to see how the app answers.
            fresh: whether to import anew what was imported before: see `AppLoader.load`.

        Raises:
            LoadError: when the app cannot be loaded.

        """
        os.environ.update(env or {})
        _spare_the_disk()
        lazy_rules.build_when_called()
        spared_hashes.spare()
        shared_statements.share()
        app = self.loader.load(fresh)
        whole_messages.write_where_celery_is_loaded()
        # An exception is a 500, as on a server; in testing mode Flask would raise it at the test.
        app.config["TESTING"] = False
        if crash_at:
            app.add_url_rule(crash_at, "workshop_crash", _crash)
        app.test_client_class = self._client_class(env or {}, crash_at)
        note_exceptions(app, self.loader)
        _record_sql(self.recorder, self._engines)
        return app

    def command(
        self,
        words: Sequence[str],
        env: dict[str, str],
        typed: str,
        app: str | None,
    ) -> Command:
        """Run a command of Flask's command line in the app's folder, as a process of its own would.

        Args:
            words: the words after `flask`, such as `init-db`.
            env: environment variables for this command.
            typed: what is typed in answer to questions; nobody is there when it is empty.
            app: where the app is, as after `--app`, when it is not where the stage says.

        """
        from click.testing import CliRunner
        from flask.cli import FlaskGroup

        with (
            preserved_environment(),
            self._as_script(Path("flask")),
            self.loader.as_new_process(),
            # Each command would read the metadata of every installed package, for 5 ms.
            replaced(metadata, "entry_points", entry_points),
        ):
            os.environ.update(env)
            _spare_the_disk()
            spared_hashes.spare()
            shared_statements.share()
            whole_messages.write_where_celery_is_loaded()
            _record_sql(self.recorder, self._engines)
            group = FlaskGroup(create_app=None if app else self.loader.load, load_dotenv=False)
            line = ["--app", app, *words] if app else list(words)
            result = CliRunner().invoke(group, line, input=typed or None)
        error = result.exception
        if error is None or isinstance(error, SystemExit):
            return Command(result.exit_code, result.output)
        if isinstance(error, LoadError) and error.raised:
            return Command(1, f"{result.output}{error.raised.type}: {error}\n")
        return Command(1, f"{result.output}{type(error).__name__}: {error}\n")

    @property
    def directory(self) -> Path:
        """Return the app's folder."""
        return self.loader.directory

    def race(self, first: Send, second: Send, line: int) -> "list[TestResponse]":
        """Send a request, and another one while it stands at its n-th line; return the answers."""
        raced = racing.Raced(first, second)
        return raced.at_line(racing.at_line(self.loader, raced.first, raced.second, line))

    def at_write(self, first: Send, second: Send, write: int = 1) -> "list[TestResponse]":
        """Send a request, and another one before its n-th write; return the answers."""
        raced = racing.Raced(first, second)
        racing.before_write(self.recorder, raced.first, raced.second, write)
        return raced.before_write()

    def effort(self, send: Send) -> "tuple[TestResponse, float]":
        """Send a request; return the answer and the seconds of the processor that it took."""
        started, spared = time.thread_time(), spared_hashes.seconds_spared()
        answer = send()
        worked = time.thread_time() - started
        return answer, worked + spared_hashes.seconds_spared() - spared

    def files_at_commits(self, send: Send, folder: Path, pattern: str) -> list[int]:
        """Send a request; return how many files a folder had at each commit: see `commits`."""
        with commits.watched(folder, pattern) as counts:
            send()
        return counts

    @property
    def start(self) -> orphans.Start:
        """Return what starts a program of the app, such as a server."""
        return orphans.start

    def close(self) -> None:
        """Close the connections of the apps that were started, so that their files can go."""
        for engine in self._engines:
            engine.dispose()
        self._engines.clear()
        self.loader.leave()

    def forget(self) -> None:
        """Forget what was imported of the app, as if it had never been started."""
        self.loader.forget()

    def _client_class(self, env: dict[str, str], crash_at: str | None) -> type[RecordingClient]:
        values = {
            "recorder": self.recorder,
            "loader": self.loader,
            "launch_env": env,
            "crash_at": crash_at,
        }
        return type("Client", (RecordingClient,), values)

    def program(self, command: str = "python app.py") -> list[Served]:
        """Return the servers that a command would start in the app's folder, without starting any.

        Args:
            command: `flask run`, or one such as `python app.py`, which may start none.

        """
        if command == "flask run":
            return [Served("127.0.0.1", 5000, self.launch().debug)]
        return self._script(self.loader.directory / command.removeprefix("python "))

    def _script(self, file: Path) -> list[Served]:
        from flask import cli
        from werkzeug import serving

        started: list[Served] = []

        def note(host: str, port: int, application: Any, **options: Any) -> None:
            debug = bool(
                options.get("use_debugger")
                or options.get("use_reloader")
                or getattr(application, "debug", False)
            )
            started.append(Served(host, int(port), debug))

        with (
            self.loader.as_new_process(),
            replaced(serving, "run_simple", note),
            replaced(cli, "show_server_banner", lambda *_: None),
            self._as_script(file),
        ):
            try:
                runpy.run_path(str(file), run_name="__main__")
            except SystemExit:
                pass  # a program may end itself after serving
            except Exception as error:
                raise AssertionError(self._stumbled(file, error)) from error
        return started

    def _stumbled(self, file: Path, error: Exception) -> str:
        raised = self.loader.describe(error)
        words = f"`python {file.name}` raises {raised.type}: {raised.message}"
        return f"{words}\n{raised.file}, line {raised.line}: {raised.source}"

    @contextmanager
    def _as_script(self, file: Path) -> Iterator[None]:
        argv, path = sys.argv, list(sys.path)
        sys.argv = [file.name]
        sys.path.insert(0, str(self.loader.directory))
        try:
            yield
        finally:
            sys.argv, sys.path[:] = argv, path


entry_points = functools.cache(metadata.entry_points)


@contextmanager
def preserved_environment() -> Iterator[None]:
    """Put the environment variables back at the end of the block."""
    before = dict(os.environ)
    try:
        yield
    finally:
        after = dict(os.environ)
        for name in after.keys() - before.keys():
            del os.environ[name]
        for name, value in before.items():
            if after.get(name) != value:
                os.environ[name] = value


def _crash() -> str:
    raise RuntimeError(CRASH_SECRET)


def _spare_the_disk() -> None:
    """Let SQLite trust the system with its writes: no database of a test outlives a power cut.

    Waiting for the disk would be most of the time of a suite. The first load in a process is not
    covered, where SQLAlchemy is not there yet.
    """
    if "sqlalchemy" not in sys.modules:
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if not event.contains(Engine, "connect", _do_not_wait):
        event.listen(Engine, "connect", _do_not_wait)


def _do_not_wait(connection: Any, record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


def _record_sql(recorder: Recorder, engines: set[Any]) -> None:
    """Record the statements of every SQLAlchemy engine in this process, if there can be one."""
    if "sqlalchemy" not in sys.modules:
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        engines.add(conn.engine)
        if statement.split(None, 1)[0].upper() not in _TRANSACTION_CONTROL:
            recorder.statements.append(statement)

    for old in _listeners:
        event.remove(Engine, "before_cursor_execute", old)
    _listeners[:] = [note]
    event.listen(Engine, "before_cursor_execute", note)


_TRANSACTION_CONTROL = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"}
_listeners: list[Callable[..., None]] = []
