"""What the checks of this stage share: a clock that stands still, clients, and bursts."""

import os
import sqlite3
from contextlib import closing

import pytest

from workshop.suite import expect

KEY = "for these checks alone, and signs nothing real"
# What an app could find on the machine of a student, and not of the next one.
SETTINGS = ("RATELIMIT_", "REDIS_URL", "PROXIES")
PRODUCTION = {"FLASK_CONFIG": "production", "SECRET_KEY": "0123456789abcdef" * 3}


@pytest.fixture
def launcher(clock, launcher):
    """Return what starts the app, for which the clock stands still from its first moment on."""
    for name in [name for name in os.environ if name.startswith(SETTINGS)]:
        del os.environ[name]
    os.environ["JWT_SECRET_KEY"] = KEY
    return launcher


@pytest.fixture
def key():
    """Return the key with which the app has signed its tokens."""
    return KEY


@pytest.fixture
def over(clock):
    """Return a function that lets a window of a minute, or an hour, be over.

    Twice its length is enough for each strategy: one of them weighs the window before as well.
    """
    return lambda seconds=60: clock.move(2 * seconds + 1)


@pytest.fixture
def log_in(recorder):
    """Return a function that logs a client in from an address of its own; it returns the header."""

    def log_in(client, username="user", password="password"):  # noqa: S107  # of the sample
        before = len(recorder.exchanges)
        response = client.post(
            "/auth/login",
            json={"username": username, "password": password},
            environ_overrides={"REMOTE_ADDR": "192.0.2.200"},
        )
        expect(response).status(200, f"the name and the password of {username!r} are right")
        del recorder.exchanges[before:]  # it is no part of the test
        return {"Authorization": f"Bearer {response.get_json()['access_token']}"}

    return log_in


@pytest.fixture
def register(recorder):
    """Return a function that registers a user, from an address of its own."""

    def register(client, username):
        before = len(recorder.exchanges)
        fields = {"username": username, "email": f"{username}@example.com", "password": "password"}
        overrides = {"REMOTE_ADDR": "192.0.2.201"}
        response = client.post("/auth/register", json=fields, environ_overrides=overrides)
        expect(response).status(201, "stage 7 has promised it")
        del recorder.exchanges[before:]

    return register


class Caller:
    """A client at an address, with the headers of somebody."""

    def __init__(self, client, address, headers):
        self._client = client
        self._overrides = {} if address is None else {"REMOTE_ADDR": address}
        self._headers = headers

    def __getattr__(self, method):
        def send(path, headers=None, **options):
            headers = self._headers | (headers or {})
            return getattr(self._client, method)(
                path, headers=headers, environ_overrides=self._overrides, **options
            )

        return send


@pytest.fixture
def at():
    """Return a function that returns a caller at an address, who sends some headers."""
    return lambda client, address=None, headers=None: Caller(client, address, headers or {})


@pytest.fixture
def user(client, log_in, at):
    """Return a caller who is logged in as `user`."""
    return at(client, headers=log_in(client))


@pytest.fixture
def admin(client, log_in, at):
    """Return a caller who is logged in as `admin`."""
    return at(client, headers=log_in(client, "admin"))


@pytest.fixture
def let_through():
    """Return a function that sends a request so often, and expects each to be let through.

    `send` takes the number of the request, from 0 on.
    """

    def let_through(times, send, status=200, why=""):
        for number in range(times):
            count = f"this is request {number + 1} of {times} that are allowed"
            expect(send(number)).status(status, f"{why}; {count}" if why else count)

    return let_through


@pytest.fixture
def refused():
    """Return a function that expects an answer to be a refusal."""

    def refused(response, why):
        expect(response).status(429, why)

    return refused


@pytest.fixture
def demote():
    """Return a function that takes the role admin away from a user, as an operator would."""

    def demote(username):
        path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE users SET role = 'user' WHERE username = ?", (username,))

    return demote


@pytest.fixture
def deploy(serve):
    """Return a function that starts the app as production does, and returns a client."""
    return lambda **changes: serve(env=PRODUCTION | {"JWT_SECRET_KEY": KEY} | changes)
