"""Tasks: one at a time, from the first POST to the DELETE."""

from datetime import UTC, datetime

from app.models import User
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_there_are_no_tasks_at_first(client: FlaskClient, as_user: Header) -> None:
    response = client.get(TASKS, headers=as_user)

    assert response.status_code == 200
    assert response.json["data"] == []


# BEGIN SOLUTION test-tasks: a new task is answered with 201 and all it is made of
def test_a_new_task_is_created_and_shown(client: FlaskClient, as_user: Header, user: User) -> None:
    body = {
        "title": "Water the plants",
        "description": "The fern too",
        "status": "completed",
        "tags": ["home", "green"],
        "due_date": "2030-01-31",
    }

    response = client.post(TASKS, json=body, headers=as_user)

    assert response.status_code == 201
    task = response.json["data"]
    assert {name: task[name] for name in body} == body | {"tags": ["green", "home"]}
    assert task["owner_id"] == user.id


# END SOLUTION


# BEGIN SOLUTION test-tasks: a task that is given a title alone has defaults for the rest
def test_a_task_needs_a_title_only(client: FlaskClient, as_user: Header) -> None:
    task = client.post(TASKS, json={"title": "Rest"}, headers=as_user).json["data"]

    defaults = {"description": "", "status": "pending", "tags": [], "due_date": None}
    assert {name: task[name] for name in defaults} == defaults


# END SOLUTION


# BEGIN SOLUTION test-tasks: the answer to a POST says where the new task is to be found
def test_a_new_task_is_found_at_its_location(client: FlaskClient, as_user: Header) -> None:
    created = client.post(TASKS, json={"title": "Find me"}, headers=as_user)

    assert "Location" in created.headers
    found = client.get(created.headers["Location"], headers=as_user)
    assert found.json["data"] == created.json["data"]


# END SOLUTION


# BEGIN SOLUTION test-tasks: PATCH changes what it is given, and leaves all else as it was
def test_a_patch_leaves_the_rest_alone(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    kept = {"title": "Water the plants", "description": "The fern too", "tags": ["home"]}
    url = f"{TASKS}/{make_task(app, user, **kept)}"

    client.patch(url, json={"status": "completed"}, headers=as_user)

    task = client.get(url, headers=as_user).json["data"]
    assert task["status"] == "completed"
    assert {name: task[name] for name in kept} == kept


# END SOLUTION


# BEGIN SOLUTION test-tasks: PUT puts a whole task in the place of the old one
def test_a_put_resets_what_it_is_not_given(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    task_id = make_task(app, user, description="The fern too", tags=("home",))

    body = {"title": "Rest", "status": "pending"}
    client.put(f"{TASKS}/{task_id}", json=body, headers=as_user)

    task = client.get(f"{TASKS}/{task_id}", headers=as_user).json["data"]
    assert (task["title"], task["description"], task["tags"]) == ("Rest", "", [])


# END SOLUTION


# BEGIN SOLUTION test-tasks: a change moves updated_at, and not created_at (without sleeping)
def test_a_change_moves_only_the_time_of_change(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    task_id = make_task(app, user, created_at=LONG_AGO, updated_at=LONG_AGO)

    response = client.patch(f"{TASKS}/{task_id}", json={"title": "Rest"}, headers=as_user)

    task = response.json["data"]
    assert datetime.fromisoformat(task["updated_at"]) > LONG_AGO
    assert datetime.fromisoformat(task["created_at"]) == LONG_AGO


# END SOLUTION


# BEGIN SOLUTION test-tasks: a task that was deleted is gone, from its address and from the list
def test_a_deleted_task_is_gone(
    app: Flask, client: FlaskClient, user: User, as_admin: Header
) -> None:
    gone = make_task(app, user)
    kept = make_task(app, user)

    response = client.delete(f"{TASKS}/{gone}", headers=as_admin)

    assert response.status_code == 204
    assert client.get(f"{TASKS}/{gone}", headers=as_admin).status_code == 404
    left = client.get(TASKS, headers=as_admin).json["data"]
    assert [task["id"] for task in left] == [kept]


# END SOLUTION


# BEGIN SOLUTION test-tasks: a task that is not there is 404, whatever the method, and is named
def test_a_missing_task_is_404_for_every_method(client: FlaskClient, as_admin: Header) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        response = client.open(f"{TASKS}/4711", method=method, headers=as_admin)

        assert response.status_code == 404, method
        assert response.json["error"]["code"] == "TASK_NOT_FOUND"
        assert "4711" in response.json["error"]["message"]


# END SOLUTION
