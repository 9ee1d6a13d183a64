"""What is refused: nothing that a client sends is taken on trust, and nothing of it is stored."""

from typing import Any

import pytest
from app.models import User
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


# BEGIN SOLUTION test-validation: each bad field is 422, is named, and nothing is stored
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None),
        ("title", 7),
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 151),
        ("description", "x" * 2001),
        ("status", "done"),
        ("tags", "home"),
        ("tags", [""]),
        ("due_date", "31.01.2030"),
        ("due_date", "2030-02-30"),
        ("id", 1),
        ("owner_id", 1),
        ("colour", "red"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(
    client: FlaskClient, as_user: Header, field: str, value: Any
) -> None:
    response = client.post(TASKS, json={"title": "Fine"} | {field: value}, headers=as_user)

    assert response.status_code == 422
    assert response.json["error"]["code"] == "VALIDATION_FAILED"
    assert list(response.json["error"]["details"]) == [field]
    assert client.get(TASKS, headers=as_user).json["data"] == []


# END SOLUTION


# BEGIN SOLUTION test-validation: a title may have 150 characters, and blanks around it are cut off
def test_the_longest_title_is_taken_without_the_blanks_around_it(
    client: FlaskClient, as_user: Header
) -> None:
    response = client.post(TASKS, json={"title": f"  {'x' * 150} "}, headers=as_user)

    assert response.status_code == 201
    assert response.json["data"]["title"] == "x" * 150


# END SOLUTION


# BEGIN SOLUTION test-validation: all faults of a body are reported at once
def test_all_faults_are_named_at_once(client: FlaskClient, as_user: Header) -> None:
    response = client.post(TASKS, json={"title": "", "status": "done", "x": 1}, headers=as_user)

    assert set(response.json["error"]["details"]) == {"title", "status", "x"}


# END SOLUTION


# BEGIN SOLUTION test-validation: a PUT without a status, or a PATCH with nothing, is refused
@pytest.mark.parametrize(("method", "body"), [("PUT", {"title": "Rest"}), ("PATCH", {})])
def test_half_a_change_is_refused(
    app: Flask, client: FlaskClient, user: User, as_user: Header, method: str, body: dict[str, str]
) -> None:
    url = f"{TASKS}/{make_task(app, user, title='As it was')}"

    response = client.open(url, method=method, json=body, headers=as_user)

    assert response.status_code == 422
    assert client.get(url, headers=as_user).json["data"]["title"] == "As it was"


# END SOLUTION


# BEGIN SOLUTION test-validation: what is no JSON, or no object, is refused before its fields are
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("null", "application/json", 400),
        ('{"title": "x"}', "text/plain", 415),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    client: FlaskClient, as_user: Header, body: str, content_type: str, status: int
) -> None:
    response = client.post(TASKS, data=body, content_type=content_type, headers=as_user)

    assert response.status_code == status
    assert response.json["status"] == "error"


# END SOLUTION
