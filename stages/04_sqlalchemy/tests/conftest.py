"""What the tests of this stage share: short ways to ask, and the database as a file."""

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from workshop.suite import expect


def path_of(url):
    """Return where the file of a SQLite address is."""
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture(scope="session")
def honored():
    """Return the apps that were seen to use `DATABASE_URL`: once is enough, and costs a request."""
    return set()


@pytest.fixture
def client(client, request, recorder, honored):
    """Return the client of an app that keeps its tasks in the database of this test alone.

    An app that ignores `DATABASE_URL` is stopped here, before a test writes into the database that
    the student works with.
    """
    if honored or not request.node.get_closest_marker("task"):
        return client
    if client.get("/api/tasks").status_code == 200:
        assert is_in_use(path_of(os.environ["DATABASE_URL"])), IGNORED
        honored.add("DATABASE_URL")
    recorder.exchanges.clear()  # what was asked here is no part of the test
    return client


IGNORED = (
    "each test sets DATABASE_URL to a fresh database, and the app wrote nothing there: read the "
    "address from the environment, and keep your own as the default only"
)


def is_in_use(path):
    """Tell whether somebody has made tables in a database."""
    return path.exists() and path.stat().st_size > 0


@pytest.fixture
def database(launcher):
    """Return what can be said of the database from outside the app, by its file."""
    return Database(os.environ["DATABASE_URL"])


class Database:
    """The database of a test, which is a file of SQLite."""

    ignored = IGNORED
    lock_note = "not as simple: while this was sent, another program held the lock of the database"

    def __init__(self, url):
        self.url = url
        self.path = path_of(url)

    def in_use(self):
        """Tell whether the app has made its tables here."""
        return is_in_use(self.path)

    def make_equally_old(self):
        """Let all tasks have been created in the same moment, as by a coarse clock."""
        with closing(self._open()) as connection:
            for table in self._tables(connection):
                columns = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
                if {"title", "created_at"} <= columns:
                    first = f'(SELECT min(created_at) FROM "{table}")'  # noqa: S608  # no stranger
                    connection.execute(f'UPDATE "{table}" SET created_at = {first}')  # noqa: S608
                    connection.commit()

    def rows_with(self, value):
        """Return, for each table that has this very value in a cell, how many rows have it."""
        counts = {}
        with closing(self._open()) as connection:
            for table in self._tables(connection):
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
                if count := sum(value in row for row in rows):
                    counts[table] = count
        return counts

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
        return [name for (name,) in names if not name.startswith("sqlite_")]


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
        assert is_time, f"`{field}` is in ISO 8601, and it is {text!r}: use isoformat()"
        has_offset = time.tzinfo is not None
        assert has_offset, (
            f"`{field}` is {text!r}, without an offset: each client takes that for its own local "
            "time. SQLite forgets the offset, so it has to be put back when a time is read; "
            "the column type UtcDateTime does that"
        )
        assert time.utcoffset() == timedelta(0), f"`{field}` is in UTC, whatever the server's zone"
        return time

    return moment


@pytest.fixture
def after_a_tick():
    """Return a function that waits until the clock of the app has moved on since a time.

    An app may keep whole seconds; one that keeps fractions is not made to wait for long.
    """

    def after_a_tick(moment):
        time.sleep(0.02 if moment.microsecond else 1.01)

    return after_a_tick


@pytest.fixture
def in_tokyo():
    """Put the machine of the server nine hours ahead of UTC, where the system lets us."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "JST-9"
    set_zone()
    yield {"TZ": "JST-9"}
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    set_zone()


def set_zone():
    """Let this process notice what `TZ` is now."""
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()
