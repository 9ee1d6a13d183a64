"""Accounts: registering, logging in, and what is never told.

Hashing a password takes a tenth of a second, on purpose. It is done in one test, whose subject it
is; the others ask for `quick_hashes`, or for a user whom a factory has made.
"""

import pytest
from app.models import User
from factories import PASSWORD, make_user
from flask import Flask
from flask.testing import FlaskClient

LINUS = {"username": "linus", "email": "Linus@Example.com", "password": "long enough"}


# BEGIN SOLUTION test-accounts: who registers is answered with 201, as a plain user, and can log in
def test_a_new_user_is_shown_without_secrets_and_can_log_in(client: FlaskClient) -> None:
    response = client.post("/auth/register", json=LINUS)

    assert response.status_code == 201
    user = response.json["data"]
    assert set(user) == {"id", "username", "email", "role", "created_at"}
    assert (user["username"], user["email"]) == ("linus", "linus@example.com")
    assert user["role"] == "user"
    login = {"username": "linus", "password": LINUS["password"]}
    assert client.post("/auth/login", json=login).status_code == 200


# END SOLUTION


# BEGIN SOLUTION test-accounts: a name or an address that is taken is 409, whatever its capitals
@pytest.mark.usefixtures("quick_hashes")
@pytest.mark.parametrize(
    ("field", "other"),
    [("username", {"email": "other@example.com"}), ("email", {"username": "other"})],
)
def test_a_name_or_an_address_is_taken_once(
    app: Flask, client: FlaskClient, field: str, other: dict[str, str]
) -> None:
    make_user(app, "linus", email="linus@example.com")

    response = client.post("/auth/register", json=LINUS | other)

    assert response.status_code == 409
    assert list(response.json["error"]["details"]) == [field]


# END SOLUTION


# BEGIN SOLUTION test-accounts: bad fields are 422, and nobody chooses a role
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "ab"),
        ("username", "two words"),
        ("email", "linus"),
        ("password", "7 chars"),
        ("password", "x" * 129),
        ("role", "admin"),
    ],
)
def test_a_bad_registration_is_refused(client: FlaskClient, field: str, value: str) -> None:
    response = client.post("/auth/register", json=LINUS | {field: value})

    assert response.status_code == 422
    assert list(response.json["error"]["details"]) == [field]


# END SOLUTION


# BEGIN SOLUTION test-accounts: a login is answered with two tokens, which no cache may keep
def test_a_login_is_answered_with_two_tokens(client: FlaskClient, user: User) -> None:
    login = {"username": user.username, "password": PASSWORD}

    response = client.post("/auth/login", json=login)

    tokens = response.json
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 15 * 60)
    assert tokens["access_token"] != tokens["refresh_token"]
    assert response.headers["Cache-Control"] == "no-store"
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get("/auth/me", headers=header).json["data"]["username"] == user.username


# END SOLUTION


# BEGIN SOLUTION test-accounts: a wrong password and an unknown name get one and the same answer
@pytest.mark.usefixtures("quick_hashes")
def test_a_failed_login_does_not_tell_what_was_wrong(client: FlaskClient, user: User) -> None:
    wrong_password = {"username": user.username, "password": "wrong horse"}
    wrong_name = {"username": "nobody", "password": PASSWORD}

    answers = [client.post("/auth/login", json=body) for body in (wrong_password, wrong_name)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json["error"]["code"] == "INVALID_CREDENTIALS"
    assert answers[0].json == answers[1].json


# END SOLUTION
