"""Journeys: several requests that only make sense together, as a client would send them."""

import pytest
from app.models import User
from factories import PASSWORD, Header
from flask.testing import FlaskClient


@pytest.mark.usefixtures("quick_hashes")
def test_from_registering_to_logging_out(client: FlaskClient) -> None:
    account = {"username": "linus", "email": "linus@example.com", "password": PASSWORD}
    client.post("/auth/register", json=account)
    login = {"username": "linus", "password": PASSWORD}
    tokens = client.post("/auth/login", json=login).json
    access = {"Authorization": f"Bearer {tokens['access_token']}"}
    refresh = {"Authorization": f"Bearer {tokens['refresh_token']}"}

    mine = client.post("/api/tasks", json={"title": "Mine"}, headers=access).json["data"]
    assert mine["owner_id"] == client.get("/auth/me", headers=access).json["data"]["id"]

    client.post("/auth/logout", headers=access)
    assert client.get("/api/tasks", headers=access).status_code == 401

    again = client.post("/auth/refresh", headers=refresh).json["access_token"]
    seen = client.get("/api/tasks", headers={"Authorization": f"Bearer {again}"}).json["data"]
    assert seen == [mine]


def test_the_life_of_a_task(
    client: FlaskClient, user: User, as_user: Header, as_admin: Header
) -> None:
    made = client.post("/api/tasks", json={"title": "Idea", "tags": ["new"]}, headers=as_user)
    url = made.headers["Location"]

    client.patch(url, json={"tags": ["known"], "due_date": "2030-01-31"}, headers=as_user)
    client.put(url, json={"title": "Plan", "status": "completed"}, headers=as_user)
    done = client.get("/api/tasks?status=completed", headers=as_user).json["data"]
    assert [(task["title"], task["tags"], task["due_date"]) for task in done] == [
        ("Plan", [], None)
    ]
    assert done[0]["owner_id"] == user.id

    client.delete(url, headers=as_admin)
    assert client.get("/api/tasks", headers=as_user).json["meta"]["total"] == 0
