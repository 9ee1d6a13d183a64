"""Roles: what an admin may do, and everybody else may not."""

from app.extensions import db
from app.models import User
from factories import Header, bearer, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


def test_a_user_may_not_delete(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    response = client.delete(f"{TASKS}/{make_task(app, user)}", headers=as_user)

    assert response.status_code == 403
    assert response.json["error"]["code"] == "FORBIDDEN"


def test_a_refused_delete_deletes_nothing(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    url = f"{TASKS}/{make_task(app, user)}"

    client.delete(url, headers=as_user)

    assert client.get(url, headers=as_user).status_code == 200


def test_an_admin_of_yesterday_may_not_delete(app: Flask, client: FlaskClient, admin: User) -> None:
    url = f"{TASKS}/{make_task(app, admin)}"
    old_token = bearer(app, admin)

    with app.app_context():
        db.session.get_one(User, admin.id).role = "user"
        db.session.commit()

    assert client.delete(url, headers=old_token).status_code == 403
