"""What one user may not do to another, and nobody to the application."""

import logging

import pytest
from app.extensions import db
from app.models import IdempotencyKey, Login, User
from factories import PASSWORD, Header, bearer, make_task, make_user
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


@pytest.fixture
def stranger(app: Flask) -> Header:
    """Return the header of somebody to whom nothing belongs."""
    return bearer(app, make_user(app, "eve"))


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_a_task_of_another_is_not_there(
    app: Flask, client: FlaskClient, user: User, stranger: Header, method: str
) -> None:
    task_id = make_task(app, user)

    body = {"title": "Mine", "status": "pending"}
    answer = client.open(f"{TASKS}/{task_id}", method=method, headers=stranger, json=body)

    assert answer.status_code == (403 if method == "delete" else 404)


def test_everybody_counts_their_own_tasks(
    app: Flask, client: FlaskClient, user: User, as_user: Header, stranger: Header
) -> None:
    make_task(app, user)

    totals = [
        client.get(f"{TASKS}/stats", headers=who).json["data"]["total"]
        for who in (as_user, stranger)
    ]

    assert totals == [1, 0]


def test_an_answer_for_an_admin_is_not_kept_for_a_user(
    app: Flask, client: FlaskClient, user: User, admin: User, as_admin: Header
) -> None:
    make_task(app, user)
    assert client.get(TASKS, headers=as_admin).json["meta"]["total"] == 1
    with app.app_context():
        db.session.get_one(User, admin.id).role = "user"
        db.session.commit()

    assert client.get(TASKS, headers=as_admin).json["meta"]["total"] == 0


def log_in(client: FlaskClient, user: User) -> dict[str, str]:
    """Log in, and return the tokens."""
    body = {"username": user.username, "password": PASSWORD}
    tokens: dict[str, str] = client.post("/auth/login", json=body).json
    return tokens


def refresh(client: FlaskClient, token: str) -> int:
    """Ask for new tokens; return the status."""
    header = {"Authorization": f"Bearer {token}"}
    return client.post("/auth/refresh", headers=header).status_code


def test_a_refresh_token_that_comes_twice_ends_the_login(
    app: Flask, client: FlaskClient, user: User
) -> None:
    tokens = log_in(client, user)
    assert refresh(client, tokens["refresh_token"]) == 200
    assert refresh(client, tokens["refresh_token"]) == 401

    me = client.get("/auth/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})

    assert me.status_code == 401
    with app.app_context():
        assert db.session.scalars(db.select(Login)).one().is_revoked


def test_who_is_not_active_is_refused_everywhere(
    client: FlaskClient, user: User, as_user: Header, as_admin: Header
) -> None:
    change = {"is_active": False}
    assert client.patch(f"/api/users/{user.id}", json=change, headers=as_admin).status_code == 200

    assert client.get(TASKS, headers=as_user).status_code == 401
    body = {"username": user.username, "password": PASSWORD}
    assert client.post("/auth/login", json=body).status_code == 401


def test_a_request_with_a_key_is_done_once(
    app: Flask, client: FlaskClient, as_user: Header
) -> None:
    headers = as_user | {"Idempotency-Key": "one"}
    first, second = (client.post(TASKS, json={"title": "Once"}, headers=headers) for _ in "12")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert client.get(TASKS, headers=as_user).json["meta"]["total"] == 1


def test_a_key_is_not_kept_for_what_was_refused(
    app: Flask, client: FlaskClient, as_user: Header
) -> None:
    headers = as_user | {"Idempotency-Key": "one"}
    assert client.post(TASKS, json={"title": ""}, headers=headers).status_code == 422

    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(IdempotencyKey)) == 0


def test_an_answer_that_was_lost_is_a_conflict_and_not_a_second_task(
    app: Flask, client: FlaskClient, as_user: Header
) -> None:
    """As when a process dies between the commit of the work and that of the answer."""
    headers = as_user | {"Idempotency-Key": "one"}
    assert client.post(TASKS, json={"title": "Once"}, headers=headers).status_code == 201
    with app.app_context():
        db.session.scalars(db.select(IdempotencyKey)).one().answer = None
        db.session.commit()

    again = client.post(TASKS, json={"title": "Once"}, headers=headers)

    assert (again.status_code, again.json["error"]["code"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
    assert client.get(TASKS, headers=as_user).json["meta"]["total"] == 1


def test_a_name_begins_no_line_of_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("audit").addHandler(caplog.handler)
    client.post("/auth/login", json={"username": "x\nINFO login", "password": "secret-of-mine"})
    logging.getLogger("audit").removeHandler(caplog.handler)

    assert [len(record.getMessage().splitlines()) for record in caplog.records] == [1]
    assert "secret-of-mine" not in caplog.text
