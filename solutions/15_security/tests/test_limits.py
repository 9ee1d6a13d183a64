"""Limits: how much is allowed, to whom, and what a refusal says. Nobody waits: the clock moves.

A limit that is switched off in tests is a limit that nobody has tested.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from app.models import User
from factories import PASSWORD, Header, bearer, make_user
from flask import Flask
from flask.testing import FlaskClient

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock, until a test moves it."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def statuses(client: FlaskClient, times: int, header: Header) -> list[int]:
    """Return the statuses of so many requests for the current user."""
    return [client.get("/auth/me", headers=header).status_code for _ in range(times)]


def test_the_eleventh_request_of_a_minute_is_refused(
    client: FlaskClient, as_user: Header, clock: time_machine.Traveller
) -> None:
    assert statuses(client, 11, as_user) == [200] * 10 + [429]

    clock.shift(61)
    assert statuses(client, 1, as_user) == [200]


def test_a_refusal_says_when_to_retry(client: FlaskClient, as_user: Header) -> None:
    statuses(client, 10, as_user)
    response = client.get("/auth/me", headers=as_user)

    assert response.json["error"]["code"] == "TOO_MANY_REQUESTS"
    assert 0 < int(response.headers["Retry-After"]) <= 61
    assert response.headers["X-RateLimit-Remaining"] == "0"


def test_users_behind_one_address_are_counted_apart(
    app: Flask, client: FlaskClient, as_user: Header
) -> None:
    other = bearer(app, make_user(app, "linus"))
    statuses(client, 11, as_user)

    assert statuses(client, 1, other) == [200]


def test_requests_without_a_token_are_counted_by_their_address(client: FlaskClient) -> None:
    assert statuses(client, 11, {}) == [401] * 10 + [429]

    elsewhere = client.get("/auth/me", environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    assert elsewhere.status_code == 401


def test_admins_have_more(client: FlaskClient, as_admin: Header) -> None:
    assert statuses(client, 20, as_admin) == [200] * 20


def test_who_guesses_elsewhere_locks_nobody_out(client: FlaskClient, user: User) -> None:
    wrong = {"username": user.username, "password": "not this one"}
    for number in range(12):
        address = {"REMOTE_ADDR": f"203.0.113.{number}"}
        response = client.post("/auth/login", json=wrong, environ_overrides=address)
        assert response.status_code == 401

    right = {"username": user.username, "password": PASSWORD}
    assert client.post("/auth/login", json=right).status_code == 200


def test_creating_has_a_limit_of_its_own(client: FlaskClient, as_user: Header) -> None:
    task = {"title": "One of many"}
    created = [client.post("/api/tasks", json=task, headers=as_user) for _ in range(6)]

    assert [response.status_code for response in created] == [201] * 5 + [429]
    assert client.get("/api/tasks", headers=as_user).json["meta"]["total"] == 5
