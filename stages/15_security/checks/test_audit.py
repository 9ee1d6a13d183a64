"""What is written down of what matters for security: API2, API5 and API8 ask for it."""

import re

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("audit")


def lines(log, *words):
    """Return the lines of the log in which all of these words are, in whatever case."""
    return [
        line for line in log().splitlines() if all(word.lower() in line.lower() for word in words)
    ]


def about(found, number):
    """Return the lines that name an id."""
    times = r"\d{4}-\d\d-\d\d[T ][\d:.,]+"
    return [line for line in found if re.search(rf"\b{number}\b", re.sub(times, "", line))]


def test_failed_login(log, client):
    """A login that failed is logged: whose name it was said to be, and from where."""
    body = {"username": "user", "password": "a-guess-of-mine"}
    where = {"REMOTE_ADDR": "203.0.113.77"}
    expect(client.post("/auth/login", json=body, environ_overrides=where)).status(401)
    found = lines(log, "login_failed", "user", "203.0.113.77")
    assert found, f"nobody would notice who guesses: {log()[-300:]!r}"


def test_login(log, client, tokens_of):
    """A login is logged."""
    tokens_of(client)
    found = lines(log, "login")
    assert found, "nobody could say later when somebody was there"


def test_logout(log, user, id_of):
    """A logout is logged: whose it was."""
    number = id_of(user)
    expect(user.post("/auth/logout")).status(204)
    assert about(lines(log, "logout"), number), "nobody could say how long they were there"


def test_registration(log, client, join):
    """A registration is logged."""
    join(client, "henrietta")
    assert lines(log, "registered"), "a flood of them would not be noticed"


def test_user_changed(log, client, admin, join, id_of):
    """What an admin has changed of whom is logged."""
    grace = join(client, "grace")
    answer = admin.patch(f"/api/users/{id_of(grace)}", json={"role": "admin"})
    expect(answer).status(200, "an admin makes admins: that is the task `users`")
    found = lines(log, "user_changed", "role", "admin")
    assert found, "who has made whom an admin, has to be known"


def test_forbidden(log, user, id_of):
    """That somebody tried what is for admins is logged: which user."""
    number = id_of(user)
    expect(user.delete("/api/tasks/3")).status(403)
    found = lines(log, "forbidden")
    assert found, "who looks for a door that is open, is not noticed"
    assert about(found, number), f"it does not say who, by their id: {found[-1]}"


def test_deleted(log, admin, user, id_of):
    """That a task was deleted is logged: which, and whose it was."""
    owner = id_of(user)
    expect(admin.delete("/api/tasks/3")).status(204)
    found = lines(log, "task_deleted")
    assert found, "nobody could say where it is"
    assert about(found, 3), f"it does not say which: {found[-1]}"
    assert about(found, owner), f"it does not say whose it was: {found[-1]}"


def test_reuse(log, client, tokens_of, bearer):
    """That a refresh token came twice is logged: somebody was robbed."""
    token = tokens_of(client)["refresh_token"]
    for _ in range(2):
        answer = client.post("/auth/refresh", headers=bearer(token))
    expect(answer).status(401, "a refresh token is good once: that is the task `sessions`")
    assert lines(log, "token_reused"), "it is the one sign that there is of it"


def test_no_secrets(log, client, admin, tokens_of, bearer):
    """There is no password in the log, and no token."""
    tokens = tokens_of(client)
    client.post("/auth/refresh", headers=bearer(tokens["refresh_token"]))
    client.post("/auth/refresh", headers=bearer(tokens["refresh_token"]))
    client.post("/auth/login", json={"username": "user", "password": "a-guess-of-mine"})
    admin.delete("/api/tasks/3")
    assert lines(log, "login_failed"), "nothing is logged"
    text = log()
    for secret in ("a-guess-of-mine", tokens["access_token"], tokens["refresh_token"], "eyJ"):
        is_there = secret in text
        assert not is_there, f"logs are read by many, and copied: {secret[:20]} is in it"


def test_one_line(log, client):
    """A line break in a name begins no line: nobody writes our log for us."""
    name = "user\nINFO login user='admin'"
    client.post("/auth/login", json={"username": name, "password": "x"})
    assert lines(log, "login_failed"), "nothing is logged"
    forged = [line for line in log().splitlines() if line.startswith("INFO login user=")]
    assert not forged, f"this line was written by whoever attacks: {forged[0]}"
