"""Fixtures for the stages that have users: clients that are logged in as somebody of the sample."""

from collections.abc import Callable
from typing import Any

import pytest

from workshop.suite.exchange import Recorder
from workshop.suite.expect import expect


class Caller:
    """A client that sends the headers of somebody with each request."""

    def __init__(self, client: Any, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def send(path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
            whole = self.headers | (headers or {})
            return getattr(self.client, method)(path, headers=whole, **options)

        return send


@pytest.fixture
def log_in(recorder: Recorder) -> Callable[..., dict[str, str]]:
    """Return a function that logs a client in, and returns the header with its token."""

    def log_in(client: Any, username: str = "user") -> dict[str, str]:
        before = len(recorder.exchanges)
        response = client.post("/auth/login", json={"username": username, "password": "password"})
        expect(response).status(200, "the sample has this user")
        del recorder.exchanges[before:]  # it is no part of the test
        return {"Authorization": f"Bearer {response.get_json()['access_token']}"}

    return log_in


@pytest.fixture
def as_(log_in: Callable[..., dict[str, str]]) -> Callable[..., Caller]:
    """Return a function that returns a caller who is logged in at a client."""
    return lambda client, username="user": Caller(client, log_in(client, username))


@pytest.fixture
def user(client: Any, as_: Callable[..., Caller]) -> Caller:
    """Return a caller who is logged in as `user`."""
    return as_(client)


@pytest.fixture
def admin(client: Any, as_: Callable[..., Caller]) -> Caller:
    """Return a caller who is logged in as `admin`."""
    return as_(client, "admin")
