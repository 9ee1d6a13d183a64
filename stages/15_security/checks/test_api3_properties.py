"""API3:2023, broken object property level authorization: fields that are nobody's to set."""

import pytest

from workshop.suite import expect

users = pytest.mark.task("users")


@pytest.mark.parametrize("field", ["owner_id", "id", "version", "created_at"])
def test_task_fields(user, field):
    """A task takes no `{field}` from a client."""
    answer = user.post("/api/tasks", json={"title": "Mine", field: 1})
    expect(answer).status(422, "who sends it thinks that it is taken")
    answer = user.patch("/api/tasks/3", json={field: 1})
    expect(answer).status(422)


@pytest.mark.parametrize("field", ["role", "is_active", "id"])
def test_registration_fields(client, field):
    """Who registers takes no `{field}`."""
    body = {"username": "eve", "email": "eve@example.com", "password": "a long password"}
    answer = client.post("/auth/register", json=body | {field: "admin"})
    expect(answer).status(422, "an admin is made by an admin")


@users
@pytest.mark.parametrize("field", ["password", "password_hash", "username", "email", "id"])
def test_managed_fields(admin, user, id_of, field):
    """Of a user even an admin changes no `{field}`."""
    path = f"/api/users/{id_of(user)}"
    before = expect(admin.get(path)).status(200).json()
    answer = admin.patch(path, json={"role": "user", field: "changed"})
    expect(answer).status(422, "to administer somebody is not to be somebody")
    expect(admin.get(path)).equals(before, "it was refused")


@users
@pytest.mark.parametrize(
    "body", [{}, {"role": "root"}, {"role": None}, {"is_active": "no"}, {"is_active": 0}]
)
def test_managed_values(admin, user, id_of, body):
    """What an admin sends is validated ({body})."""
    expect(admin.patch(f"/api/users/{id_of(user)}", json=body)).status(422)


@users
def test_no_hash(admin):
    """No answer about users has anything of their passwords."""
    answer = admin.get("/api/users")
    text = expect(answer).status(200).response.get_data(as_text=True)
    is_there = "scrypt" in text or "password" in text or "hash" in text
    assert not is_there, "a hash is what a password is guessed with"


def test_no_hash_of_oneself(client, user):
    """Nobody is shown anything of a password, not even of their own, as before."""
    body = {"username": "eve", "email": "eve@example.com", "password": "tr0ub4dor & three"}
    for status, answer in (
        (201, client.post("/auth/register", json=body)),
        (200, user.get("/auth/me")),
    ):
        text = expect(answer).status(status).response.get_data(as_text=True)
        words = [word for word in ("scrypt", "password", "hash", "tr0ub4dor") if word in text]
        assert not words, f"the answer has {words} in it: with a hash passwords are guessed at home"
