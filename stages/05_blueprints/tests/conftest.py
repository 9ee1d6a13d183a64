"""What the tests of this stage share: short ways to ask, and the database as a file."""

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from workshop.suite import expect

SAMPLE = {
    "Refactor with Blueprints": "completed",
    "Implement App Factory": "completed",
    "Test Refactored API": "pending",
}


@pytest.fixture
def sample():
    """Return the titles of the sample, each with its status."""
    return dict(SAMPLE)


@pytest.fixture
def database(launcher):
    """Return what can be said of the database from outside the app, by its file."""
    return Database(os.environ["DATABASE_URL"])


@pytest.fixture
def database_at():
    """Return a function that takes an address, and returns the database there."""
    return Database


class Database:
    """A database, which is a file of SQLite."""

    lock_note = "not as simple: while this was sent, another program held the lock of the database"

    def __init__(self, url):
        self.url = url
        self.path = Path(url.removeprefix("sqlite:///"))

    def tables(self):
        """Return the names of the tables; none where there is no file."""
        if not self.path.exists():
            return []
        with closing(self._open()) as connection:
            return self._tables(connection)

    def content(self):
        """Return all rows of all tables."""
        with closing(self._open()) as connection:
            return {name: self._rows(connection, name) for name in self._tables(connection)}

    def rows_with(self, value):
        """Return, for each table that has this very value in a cell, how many rows have it."""
        counts = {
            table: sum(value in row for row in rows) for table, rows in self.content().items()
        }
        return {table: count for table, count in counts.items() if count}

    def make_equally_old(self):
        """Let all tasks have been created in the same moment, as by a coarse clock."""
        with closing(self._open()) as connection:
            for table in self._tables(connection):
                columns = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
                if {"title", "created_at"} <= columns:
                    first = f'(SELECT min(created_at) FROM "{table}")'  # noqa: S608  # no stranger
                    connection.execute(f'UPDATE "{table}" SET created_at = {first}')  # noqa: S608

    @contextmanager
    def locked(self):
        """Keep everybody else from writing, as a long transaction of another program would."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.rollback()

    def impatient_url(self):
        """Return the address with a setting that lets a write fail at once where it would wait."""
        return f"{self.url}?timeout=0.01"

    def _open(self):
        return sqlite3.connect(self.path, isolation_level=None)

    def _tables(self, connection):
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return sorted(name for (name,) in names if not name.startswith("sqlite_"))

    def _rows(self, connection, table):
        return connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608  # no stranger


@pytest.fixture
def environment(launcher):
    """Return a function that sets variables for the rest of the test; None takes one away."""

    def change(**values):
        for name, value in values.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    return change


@pytest.fixture
def asked(cli):
    """Return a function that asks an app for the value of a Python expression, in `flask shell`.

    It takes the expression, the name for `create_app` (None leaves it to the environment), and
    variables to set.
    """

    def asked(expression, name=None, **env):
        app = "app:create_app" if name is None else f"app:create_app({name!r})"
        done = cli("shell", app=app, env=env, typed=f"print('<<', {expression}, '>>', sep='')\n")
        place = f'`{settings(env)}flask --app "{app}" shell`'
        starts = done.exit_code == 0
        assert starts, f"{place} does not start:\n{done.output[-1000:]}"
        is_answered = "<<" in done.output
        assert is_answered, f"{place} has no answer to {expression}:\n{reason_in(done.output)}"
        return done.output.partition("<<")[2].partition(">>")[0]

    return asked


def reason_in(output):
    """Return what a shell printed from a traceback on, or the end of it where there is none."""
    return output[max(output.find("Traceback"), 0) :][-700:]


def settings(env):
    """Return variables as they are typed before a command."""
    return "".join(f"{name}={value} " for name, value in env.items())


@pytest.fixture
def expect_error():
    """Return a function that expects an error in the envelope, and returns what is in it."""
    return error_in


ENVELOPE = "every error has the envelope of stage 3, whoever raises it"


def error_in(response, status, why):
    """Expect an error in the envelope; return what is in it."""
    expect(response).status(status, why)
    expect(response).contains({"status": "error", "error": {"details": {}}}, ENVELOPE)
    error = response.get_json()["error"]
    for key in ("code", "message"):
        assert isinstance(error.get(key), str), f"{ENVELOPE}: `{key}` is a text"
        assert error[key], f"{ENVELOPE}: `{key}` is not empty"
    return error


@pytest.fixture
def task_in():
    """Return a function that takes the task out of a successful answer."""

    def task_in(response, status=200, why="the request is right, so it succeeds"):
        data = data_in(response, status, why)
        assert isinstance(data, dict), "`data` is the task itself, as one object"
        return data

    return task_in


@pytest.fixture
def tasks_in():
    """Return a function that takes the tasks out of the answer to a request for a list."""

    def tasks_in(response, why="a list is answered with 200, also where it is empty"):
        data = data_in(response, 200, why)
        assert isinstance(data, list), "`data` is the list of tasks"
        assert all(isinstance(task, dict) for task in data), "each task in the list is an object"
        return data

    return tasks_in


def data_in(response, status, why):
    """Return the data of a success."""
    expect(response).status(status, why)
    expect(response).contains({"status": "success"}, "a success has the envelope of stage 3")
    return response.get_json().get("data")


@pytest.fixture
def create(client, task_in):
    """Return a function that creates a task and returns it as the app answered."""

    def create(**fields):
        why = "a right request for a new task is answered 201 Created"
        task = task_in(client.post("/api/tasks", json=fields), 201, why)
        assert isinstance(task.get("id"), int), "a new task has an id, made by the database"
        return task

    return create


@pytest.fixture
def moment():
    """Return a function that reads a time of a task, and fails unless it is in UTC and says so."""

    def moment(task, field):
        text = task.get(field)
        assert isinstance(text, str), f"`{field}` is a text, such as 2030-05-17T09:30:00+00:00"
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        is_time = time is not None
        is_iso = is_time and "T" in text
        assert is_iso, f"`{field}` is in ISO 8601, and it is {text!r}: use isoformat()"
        is_utc = time.utcoffset() == timedelta(0)
        assert is_utc, f"`{field}` is in UTC and says so with its offset, and it is {text!r}"
        return time

    return moment


@pytest.fixture
def after_a_tick():
    """Return a function that waits until the clock of the app has moved on since a time.

    An app may keep whole seconds; one that keeps fractions is not made to wait for long.
    """

    def after_a_tick(moment):
        time.sleep(0.005 if moment.microsecond else 1.01)

    return after_a_tick
