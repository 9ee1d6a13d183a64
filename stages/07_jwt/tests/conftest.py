"""What the tests of this stage share: users who are logged in, forged tokens, and the database."""

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from workshop.suite import expect

NAME = "JWT_SECRET_KEY"
KEY = "the-key-of-the-tests-which-forge-tokens-with-it"
ENVELOPE = "every error has the envelope of stage 3, whoever raises it"
RFC = "a token is answered in the shape of RFC 6749, section 5.1: its fields are at the top"


@pytest.fixture(scope="session")
def key():
    """Return the key with which the app is told to sign, so that tests can sign as well."""
    before = os.environ.get(NAME)
    os.environ[NAME] = KEY
    yield KEY
    if before is None:
        del os.environ[NAME]
    else:
        os.environ[NAME] = before


@pytest.fixture
def launcher(key, launcher):
    """Return what starts the app, which signs its tokens with the key of the tests."""
    return launcher


@pytest.fixture
def refused():
    """Return a function that expects an error in the envelope, and returns it."""

    def refused(response, status, why, code=None):
        expect(response).status(status, why)
        expect(response).contains({"status": "error", "error": {"details": {}}}, ENVELOPE)
        error = response.get_json()["error"]
        for name in ("code", "message"):
            assert isinstance(error.get(name), str), f"{ENVELOPE}: `{name}` is a text"
            assert error[name], f"{ENVELOPE}: `{name}` is not empty"
        if status == 401:
            expect(response).header(
                "WWW-Authenticate",
                startswith="Bearer",
                why="a 401 says how to authenticate (RFC 9110, section 15.5.2)",
            )
        if code:
            expect(response).contains(
                {"error": {"code": code}}, "a program decides by the code what to do next"
            )
        return error

    return refused


@pytest.fixture
def log_in(claims_of):
    """Return a function that logs in for real, and returns the whole answer."""

    def log_in(client, username, password="password"):  # noqa: S107  # of the sample
        answer = client.post("/auth/login", json={"username": username, "password": password})
        expect(answer).status(200, "the name and the password are right")
        for name in ("access_token", "refresh_token"):
            assert isinstance(answer.get_json().get(name), str), f"{RFC}; `{name}` is one"
            sub = claims_of(answer.get_json()[name]).get("sub")
            assert isinstance(sub, str), f"`sub` is a text (RFC 7519, section 4.1.2), not {sub!r}"
        return answer

    return log_in


@pytest.fixture(scope="session")
def known_tokens():
    """Return the tokens of earlier logins: a password takes a tenth of a second to check.

    They are good in every test, as the database of each is a copy of the same one.
    """
    return {}


@pytest.fixture
def tokens_of(client, recorder, log_in, known_tokens):
    """Return a function that returns the tokens of a user of the sample."""

    def tokens_of(username):
        before = len(recorder.exchanges)
        tokens = known_tokens.get(username)
        # An app may keep a list of the tokens that it gave, and this is another database.
        if not tokens or is_unknown(client, tokens):
            tokens = known_tokens[username] = log_in(client, username).get_json()
        del recorder.exchanges[before:]  # what was asked here is no part of the test
        return tokens

    return tokens_of


def is_unknown(client, tokens):
    """Tell whether the app refuses an access token."""
    return client.get("/auth/me", headers=bearer(tokens["access_token"])).status_code == 401


def bearer(token):
    """Return the header that presents a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def holding(new_client):
    """Return a function that returns a client which sends a token with each request."""

    def holding(token):
        client = new_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return holding


@pytest.fixture
def logged_in(holding, tokens_of):
    """Return a function that returns a client who is logged in as a user of the sample."""
    return lambda username: holding(tokens_of(username)["access_token"])


@pytest.fixture
def claims_of():
    """Return a function that reads the claims of a token, and fails unless the app signed it."""

    def claims_of(token):
        try:
            claims = jwt.decode(
                token, KEY, algorithms=["HS256"], options={"verify_sub": False, "verify_aud": False}
            )
        except jwt.InvalidTokenError as error:
            is_signed = False
            assert is_signed, (
                f"a token is a JWT, signed by HS256 with the key in {NAME}, "
                f"and this one is not taken by PyJWT: {error}"
            )
        return claims

    return claims_of


@pytest.fixture
def forge():
    """Return a function that returns a token with other claims, signed as the app signs.

    A claim that is None is left out.
    """

    def forge(token, key=KEY, algorithm="HS256", **changes):
        claims = jwt.decode(token, options={"verify_signature": False}) | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.PyJWS().encode(json_bytes(claims), key, algorithm)

    return forge


def json_bytes(claims):
    """Return claims as the payload of a token; PyJWT itself would refuse to write wrong ones."""
    return json.dumps(claims).encode()


@pytest.fixture
def long_ago():
    """Return claims of a token that was good yesterday."""
    now = int(time.time())
    return {"iat": now - 86_400, "nbf": now - 86_400, "exp": now - 82_800}


@pytest.fixture
def register(client):
    """Return a function that registers a user and returns the answer."""

    def register(username="ada", email="ada@example.org", client=client, **more):
        body = {"username": username, "email": email, "password": "correct horse"}
        return client.post("/auth/register", json=body | more)

    return register


@pytest.fixture
def task_in():
    """Return a function that takes the task out of a successful answer."""

    def task_in(response, status=200, why="the request is right, so it succeeds"):
        expect(response).status(status, why)
        expect(response).contains({"status": "success"}, "a success has the envelope of stage 3")
        task = response.get_json().get("data")
        assert isinstance(task, dict), "`data` is the task itself, as one object"
        return task

    return task_in


@pytest.fixture
def database(launcher):
    """Return what can be said of the database from outside the app, by its file."""
    return Database(Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")))


class Database:
    """The database of a test, which is a file of SQLite."""

    def __init__(self, path):
        self.path = path

    def holds(self, text):
        """Tell whether a text is anywhere in the file, or in those that belong to it."""
        files = self.path.parent.glob(f"{self.path.name}*")
        return any(text.encode() in file.read_bytes() for file in files)

    def users_named(self, username):
        """Return the rows of the users with a name, as dictionaries."""
        with closing(self._open()) as connection:
            connection.row_factory = sqlite3.Row
            query = f'SELECT * FROM "{self._users(connection)}" WHERE username = ?'  # noqa: S608
            return [dict(row) for row in connection.execute(query, (username,))]

    def width_of_users(self, column):
        """Return how many characters a column of the users is declared with, None for any."""
        with closing(self._open()) as connection:
            query = f'PRAGMA table_info("{self._users(connection)}")'
            types = {name: declared for _, name, declared, *_ in connection.execute(query)}
        width = types[column].partition("(")[2].rstrip(")")
        return int(width) if width.isdigit() else None

    def set_role(self, username, role):
        """Give a user another role, as an operator would."""
        self._change(f"UPDATE {{}} SET role = '{role}' WHERE username = ?", username)  # noqa: S608

    def delete_user(self, username):
        """Remove a user, as an operator would."""
        self._change("DELETE FROM {} WHERE username = ?", username)

    def _change(self, statement, username):
        with closing(self._open()) as connection:
            table = f'"{self._users(connection)}"'
            count = connection.execute(statement.format(table), (username,)).rowcount
        assert count == 1, f"`flask init-db` adds one user {username} in development"

    def _open(self):
        return sqlite3.connect(self.path, isolation_level=None)

    def _users(self, connection):
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            columns = {row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')}
            if {"username", "role"} <= columns:
                return name
        is_there = False
        assert is_there, "users are kept in a table with the columns `username` and `role`"
        return ""
