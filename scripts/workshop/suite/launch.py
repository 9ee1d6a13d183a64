"""Starts a stage's app in this process, as often and with what environment a test asks for."""

import os
import runpy
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workshop.suite import lazy_rules
from workshop.suite.client import RecordingClient, note_exceptions
from workshop.suite.exchange import Recorder
from workshop.suite.loader import AppLoader, replaced

if TYPE_CHECKING:
    from flask import Flask

CRASH_SECRET = "secret-in-exception"  # noqa: S105  # the text that must not leak, no credential


@dataclass(frozen=True)
class Served:
    """One server that a program would start."""

    host: str
    port: int
    debug: bool


class Launcher:
    """Starts one app's folder; what tests do is recorded in `recorder`."""

    def __init__(self, loader: AppLoader, recorder: Recorder) -> None:
        self.loader = loader
        self.recorder = recorder

    def launch(self, env: dict[str, str] | None = None, crash_at: str | None = None) -> "Flask":
        """Load the app afresh, as a started server would.

        Args:
            env: environment variables to set before the app is loaded; they stay set until
                the caller's `preserved_environment` ends.
            crash_at: a path at which to add a view that raises, to see how the app answers.

        Raises:
            LoadError: when the app cannot be loaded.

        """
        os.environ.update(env or {})
        _spare_the_disk()
        lazy_rules.build_when_called()
        app = self.loader.load()
        # An exception is a 500, as on a server; in testing mode Flask would raise it at the test.
        app.config["TESTING"] = False
        if crash_at:
            app.add_url_rule(crash_at, "workshop_crash", _crash)
        app.test_client_class = self._client_class(env or {}, crash_at)
        note_exceptions(app, self.loader)
        _record_sql(self.recorder)
        return app

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
            command: `python app.py`, which may start none, or `flask run`.

        """
        if command == "flask run":
            return [Served("127.0.0.1", 5000, self.launch().debug)]
        return self._script()

    def _script(self) -> list[Served]:
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

        self.loader.forget()
        with (
            replaced(serving, "run_simple", note),
            replaced(cli, "show_server_banner", lambda *_: None),
            self._as_script(),
        ):
            try:
                runpy.run_path(str(self.loader.file), run_name="__main__")
            except SystemExit:
                pass  # a program may end itself after serving
            except Exception as error:
                raise AssertionError(self._stumbled(error)) from error
        return started

    def _stumbled(self, error: Exception) -> str:
        raised = self.loader.describe(error)
        words = f"`python {self.loader.file.name}` raises {raised.type}: {raised.message}"
        return f"{words}\n{raised.file}, line {raised.line}: {raised.source}"

    @contextmanager
    def _as_script(self) -> Iterator[None]:
        argv, path = sys.argv, list(sys.path)
        sys.argv = [self.loader.file.name]
        sys.path.insert(0, str(self.loader.directory))
        try:
            yield
        finally:
            sys.argv, sys.path[:] = argv, path


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


def _record_sql(recorder: Recorder) -> None:
    """Record the statements of every SQLAlchemy engine in this process, if there can be one."""
    if "sqlalchemy" not in sys.modules:
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.split(None, 1)[0].upper() not in _TRANSACTION_CONTROL:
            recorder.statements.append(statement)

    for old in _listeners:
        event.remove(Engine, "before_cursor_execute", old)
    _listeners[:] = [note]
    event.listen(Engine, "before_cursor_execute", note)


_TRANSACTION_CONTROL = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"}
_listeners: list[Callable[..., None]] = []
