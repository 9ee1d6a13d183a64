"""Tokens: which ones open a door, and how the others are refused.

Nobody logs in here. A token is made in one line, by the library that the app reads it with, and so
it can be of any kind: expired an hour ago, without waiting for an hour.
"""

from datetime import timedelta

import pytest
from app.extensions import db
from app.models import User
from factories import Header, bearer
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TASKS = "/api/tasks"


def refusal(response: TestResponse) -> tuple[int, str | None]:
    """Return what a program reads of a refusal: the status and the code, if there is one."""
    return response.status_code, response.json.get("error", {}).get("code")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", TASKS),
        ("POST", TASKS),
        ("GET", f"{TASKS}/1"),
        ("PUT", f"{TASKS}/1"),
        ("PATCH", f"{TASKS}/1"),
        ("DELETE", f"{TASKS}/1"),
        ("GET", "/auth/me"),
        ("POST", "/auth/refresh"),
        ("POST", "/auth/logout"),
    ],
)
def test_nothing_is_told_without_a_token(client: FlaskClient, method: str, url: str) -> None:
    response = client.open(url, method=method)

    assert refusal(response) == (401, "TOKEN_MISSING")


def test_an_expired_token_is_refused(app: Flask, client: FlaskClient, user: User) -> None:
    expired = bearer(app, user, expires_delta=timedelta(seconds=-1))

    assert refusal(client.get(TASKS, headers=expired)) == (401, "TOKEN_EXPIRED")


def test_a_token_that_is_not_ours_is_refused(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    with app.app_context():
        db.session.delete(db.session.get(User, user.id))
        db.session.commit()
    edited = {"Authorization": as_user["Authorization"][:-6] + "AAAAAA"}
    other = {"Authorization": "Bearer not.a.token"}
    numbered = bearer(app, User(id="ada"))

    for header in (edited, other, numbered, as_user):
        assert refusal(client.get(TASKS, headers=header)) == (401, "TOKEN_INVALID")


def test_a_refresh_token_makes_an_access_token(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    refreshed = client.post("/auth/refresh", headers=bearer(app, user, refresh=True))

    header = {"Authorization": f"Bearer {refreshed.json['access_token']}"}
    assert client.get("/auth/me", headers=header).json["data"]["id"] == user.id
    assert refreshed.json["refresh_token"]


def test_an_access_token_makes_no_other(client: FlaskClient, as_user: Header) -> None:
    response = client.post("/auth/refresh", headers=as_user)

    assert refusal(response) == (401, "TOKEN_WRONG_TYPE")


def test_a_refresh_token_opens_no_task(app: Flask, client: FlaskClient, user: User) -> None:
    response = client.get(TASKS, headers=bearer(app, user, refresh=True))

    assert refusal(response) == (401, "TOKEN_WRONG_TYPE")


def test_logging_out_ends_one_token_for_good(app: Flask, client: FlaskClient, user: User) -> None:
    first, second, third = [bearer(app, user) for _ in range(3)]

    for header in (first, second):
        assert client.post("/auth/logout", headers=header).status_code == 204

    assert refusal(client.get(TASKS, headers=second)) == (401, "TOKEN_REVOKED")
    assert refusal(client.get(TASKS, headers=first)) == (401, "TOKEN_REVOKED")
    assert client.get(TASKS, headers=third).status_code == 200


def test_every_401_says_how_to_authenticate(app: Flask, client: FlaskClient, user: User) -> None:
    expired = bearer(app, user, expires_delta=timedelta(seconds=-1))

    for header in ({}, expired, bearer(app, user, refresh=True)):
        response = client.get(TASKS, headers=header)
        assert response.headers.get("WWW-Authenticate") == "Bearer"
