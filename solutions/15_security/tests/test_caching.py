"""Caching: nobody sees an old state, and nothing is made twice without need."""

import pytest
from app.extensions import db
from app.models import Task, User
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"
STATS = f"{TASKS}/stats"


@pytest.fixture
def task(app: Flask, user: User) -> str:
    """Store a task and return its path."""
    return f"{TASKS}/{make_task(app, user)}"


def test_what_has_not_changed_is_answered_from_the_cache(
    client: FlaskClient, as_user: Header, task: str
) -> None:
    for path in (TASKS, task, STATS):
        first, again = (client.get(path, headers=as_user) for _ in range(2))

        assert (first.headers["X-Cache"], again.headers["X-Cache"]) == ("MISS", "HIT")
        assert first.json == again.json


def test_a_change_is_seen_at_once(client: FlaskClient, as_user: Header, task: str) -> None:
    for path in (TASKS, task, STATS):
        client.get(path, headers=as_user)
    client.patch(task, json={"status": "completed"}, headers=as_user)

    assert client.get(task, headers=as_user).json["data"]["status"] == "completed"
    assert client.get(TASKS, headers=as_user).json["data"][0]["status"] == "completed"
    assert client.get(STATS, headers=as_user).json["data"]["completed"] == 1


def test_what_a_statement_deletes_is_gone_at_once(
    app: Flask, client: FlaskClient, as_user: Header, task: str
) -> None:
    client.get(TASKS, headers=as_user)
    with app.app_context():
        db.session.execute(db.delete(Task))
        db.session.commit()

    assert client.get(TASKS, headers=as_user).json["data"] == []


def test_what_a_statement_changes_is_seen_at_once(
    app: Flask, client: FlaskClient, as_user: Header, task: str
) -> None:
    known = {path: client.get(path, headers=as_user).headers["ETag"] for path in (TASKS, task)}
    with app.app_context():
        db.session.execute(db.update(Task).values(title="By a job"))
        db.session.commit()

    for path, tag in known.items():
        response = client.get(path, headers=as_user | {"If-None-Match": tag})
        assert "By a job" in response.text


def test_nobody_is_answered_what_was_made_for_another(
    client: FlaskClient, as_user: Header, as_admin: Header
) -> None:
    client.get(TASKS, headers=as_user)

    assert client.get(TASKS, headers=as_admin).headers["X-Cache"] == "MISS"


def test_a_client_that_has_it_is_answered_briefly(
    client: FlaskClient, as_user: Header, task: str
) -> None:
    for path in (TASKS, task, STATS):
        tag = client.get(path, headers=as_user).headers["ETag"]
        response = client.get(path, headers=as_user | {"If-None-Match": tag})

        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["Cache-Control"] == "private, no-cache"


def test_a_write_over_an_unseen_change_is_refused(
    client: FlaskClient, as_user: Header, task: str
) -> None:
    tag = client.get(task, headers=as_user).headers["ETag"]
    first, second = (
        client.patch(task, json={"title": title}, headers=as_user | {"If-Match": tag})
        for title in ("One", "Two")
    )

    assert (first.status_code, second.status_code) == (200, 412)
    assert client.get(task, headers=as_user).json["data"]["title"] == "One"
