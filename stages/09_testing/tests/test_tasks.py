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


# TODO test-tasks: a new task is answered with 201 and all it is made of


# TODO test-tasks: a task that is given a title alone has defaults for the rest


# TODO test-tasks: the answer to a POST says where the new task is to be found


# TODO test-tasks: PATCH changes what it is given, and leaves all else as it was


# TODO test-tasks: PUT puts a whole task in the place of the old one


# TODO test-tasks: a change moves updated_at, and not created_at (without sleeping)


# TODO test-tasks: a task that was deleted is gone, from its address and from the list


# TODO test-tasks: a task that is not there is 404, whatever the method, and is named
