import time

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("current-user")


@pytest.mark.parametrize("name", ["user", "admin"])
def test_me_is_the_user_of_the_token(logged_in, name):
    """`GET /auth/me` with an access token of `{name}` is 200 with that user."""
    response = logged_in(name).get("/auth/me")
    expect(response).status(200, "the token is good")
    expect(response).contains(
        {"status": "success", "data": {"username": name, "role": name}}, "the token is of this user"
    )
    data = response.get_json()["data"]
    assert sorted(data) == ["created_at", "email", "id", "role", "username"], (
        f"a user is shown as at registration, and not with the fields {sorted(data)}"
    )


def test_me_is_as_at_registration(client, register, log_in, holding):
    """`GET /auth/me` shows a new user exactly as the registration did."""
    registered = register()
    expect(registered).status(201, "the request is right")
    me = holding(log_in(client, "ada", "correct horse").get_json()["access_token"]).get("/auth/me")
    expect(me).status(200, "the token is good")
    why = "it is the same user; what is read from the database looks as it did when it was stored"
    expect(me).contains({"data": registered.get_json()["data"]}, why)


def test_me_tells_no_hash(logged_in, database):
    """`GET /auth/me` does not show the hash of the password."""
    response = logged_in("user").get("/auth/me")
    expect(response).status(200, "the token is good")
    for value in database.users_named("user")[0].values():
        if isinstance(value, str) and len(value) > 40:
            assert value not in response.text, "whoever has the hash can try passwords at home"


def test_me_owns_the_sample(logged_in):
    """The `id` of `user` is the `owner_id` of the tasks of the sample."""
    user = logged_in("user")
    response = user.get("/auth/me")
    expect(response).status(200, "the token is good")
    owner = user.get("/api/tasks/1").get_json()["data"]["owner_id"]
    expect(response).contains({"data": {"id": owner}}, "task 1 has this owner_id")


def test_token_is_good_after_a_restart(tokens_of, serve):
    """A token is good after a restart of the server: nothing about it is kept in memory."""
    token = tokens_of("user")["access_token"]
    response = serve().get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    expect(response).status(200, "the server has the same key as before")


def test_role_is_looked_up(logged_in, database):
    """After a change of the role, `GET /auth/me` shows the new one, with the old token."""
    admin = logged_in("admin")
    database.set_role("admin", "user")
    response = admin.get("/auth/me")
    expect(response).status(200, "the token is good")
    expect(response).contains({"data": {"role": "user"}}, "this is the role in the database")


def test_token_of_a_deleted_user_is_401(logged_in, database):
    """A token whose user was deleted is 401."""
    admin = logged_in("admin")
    expect(admin.get("/auth/me")).status(200, "the user is still there")
    database.delete_user("admin")
    expect(admin.get("/auth/me")).status(401, "the token is of nobody any more")


def test_token_of_nobody_is_401(tokens_of, claims_of, forge, holding):
    """A token whose `sub` is nobody, be it a number, a huge one or none, is 401, and no 500."""
    tokens = tokens_of("user")
    expect(holding(tokens["access_token"]).get("/auth/me")).status(200, "the token is good")
    own = claims_of(tokens["access_token"])["sub"]
    alike = [f" {own}", f"+{own}", f"0_{own}", f"\u0660{own}"]  # int() reads one number in each
    for sub in ("999999", "9" * 30, "-1", "nobody", "", "1.0", "²", *alike):
        token = forge(tokens["access_token"], sub=sub)
        expect(holding(token).get("/auth/me")).status(401, f"there is no user {sub!r}")


def test_token_can_be_used_again(logged_in):
    """A token is good for as many requests as one likes."""
    user = logged_in("user")
    for _ in range(3):
        expect(user.get("/auth/me")).status(200, "an access token is no ticket for one ride")


def test_token_is_good_a_minute_later(tokens_of, claims_of):
    """An access token is good for a minute at least."""
    left = claims_of(tokens_of("user")["access_token"])["exp"] - time.time()
    is_good = left > 60
    assert is_good, "who has logged in wants to work, and not to log in again"
