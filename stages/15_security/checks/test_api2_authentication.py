"""API2:2023, broken authentication: passwords that are guessed, tokens that are stolen."""

import pytest

from workshop.suite import expect

lock_out = pytest.mark.task("lock-out")
sessions = pytest.mark.task("sessions")
FEW = {"RATELIMIT_LOCKOUT": "4 per hour"}


def attempt(client, password, address="203.0.113.9", username="user"):
    """Try to log in from an address."""
    return client.post(
        "/auth/login",
        json={"username": username, "password": password},
        environ_overrides={"REMOTE_ADDR": address},
    )


@lock_out
def test_guessing(serve):
    """Who has failed RATELIMIT_LOCKOUT times with a name is locked out, with the right word too."""
    client = serve(env=FEW)
    for number in range(4):
        expect(attempt(client, f"guess {number}")).status(401)
    answer = attempt(client, "password")
    expect(answer).status(429, "the fifth guess is the right one, and may be the last of many")
    expect(answer).header("Retry-After")
    expect(answer).contains({"status": "error"})


@lock_out
def test_owner_is_not_locked_out(serve):
    """Who guesses from one address does not lock the owner out, who has another one."""
    client = serve(env=FEW | {"RATELIMIT_LOGIN": "5 per minute"})
    for number in range(8):
        attempt(client, f"guess {number}", address="203.0.113.9")
    for number in range(5):
        attempt(client, f"guess {number}", address=f"198.51.100.{number}")
    answer = attempt(client, "password", address="192.0.2.7")
    expect(answer).status(200, "else everybody could lock out everybody, for ever")


def test_success_does_not_count(serve):
    """Logging in successfully uses up no attempt."""
    client = serve(env=FEW)
    for _ in range(6):
        expect(attempt(client, "password")).status(200, "it is somebody who knows the password")


def test_counted_as_all(serve):
    """A login is a request, and counts as every other one does."""
    client = serve(env={"RATELIMIT_DEFAULT": "3 per minute"})
    for _ in range(3):
        expect(attempt(client, "password")).status(200)
    why = "the limits of a route come beside those of all routes (`override_defaults`)"
    expect(attempt(client, "password")).status(429, why)


def test_other_name(serve):
    """Who is locked out with one name may log in with another one."""
    client = serve(env=FEW)
    for number in range(5):
        attempt(client, f"guess {number}")
    expect(attempt(client, "password", username="admin")).status(200, "a name and an address count")


@lock_out
def test_spelling(serve):
    """Blanks around the name make no other name."""
    client = serve(env=FEW)
    for blanks in ("", " ", "  ", "\t"):
        expect(attempt(client, "guess", username=f"{blanks}user")).status(401)
    expect(attempt(client, "guess", username="user ")).status(429, "it is the same name")


def test_address_is_limited(serve):
    """One address has RATELIMIT_LOGIN attempts, whatever the names: as before."""
    client = serve(env={"RATELIMIT_LOGIN": "5 per minute"})
    for number in range(5):
        expect(attempt(client, "guess", username=f"name{number}")).status(401)
    expect(attempt(client, "password")).status(429, "stage 11 has promised it")


def refresh(client, token):
    """Ask for new tokens."""
    return client.post("/auth/refresh", headers={"Authorization": f"Bearer {token}"})


def test_refresh_gives_both(client, tokens_of):
    """`POST /auth/refresh` answers with a new refresh token, too."""
    old = tokens_of(client)
    new = expect(refresh(client, old["refresh_token"])).status(200).json()
    for kind in ("access_token", "refresh_token"):
        is_new = bool(new.get(kind)) and new[kind] != old[kind]
        assert is_new, f"`{kind}` is {'the old one' if new.get(kind) else 'missing'}"
    expect(refresh(client, new["refresh_token"])).status(200, "the new one is good")


@sessions
def test_old_refresh_token(client, tokens_of):
    """A refresh token is good once."""
    old = tokens_of(client)["refresh_token"]
    expect(refresh(client, old)).status(200)
    expect(refresh(client, old)).status(401).contains({"error": {"code": "TOKEN_REVOKED"}})


@sessions
def test_reuse_ends_the_login(client, tokens_of, bearer):
    """When a refresh token comes twice, all tokens of that login are revoked: one is a thief's."""
    old = tokens_of(client)["refresh_token"]
    new = expect(refresh(client, old)).status(200).json()
    expect(client.get("/auth/me", headers=bearer(new["access_token"]))).status(200)
    expect(refresh(client, old)).status(401)
    expect(refresh(client, new["refresh_token"])).status(401, "nobody knows whose this one is")
    answer = client.get("/auth/me", headers=bearer(new["access_token"]))
    expect(answer).status(401, "the thief may have this one")


@sessions
def test_reuse_is_remembered(serve, tokens_of):
    """That a login has ended outlives the error by which it was told, and the process."""
    client = serve()
    old = tokens_of(client)["refresh_token"]
    new = expect(refresh(client, old)).status(200).json()
    expect(refresh(client, old)).status(401)
    answer = refresh(serve(), new["refresh_token"])
    expect(answer).status(401, "was it rolled back with the error, or kept in memory?")


@sessions
def test_other_logins_stay(client, tokens_of, bearer):
    """Other logins of the same user are not ended."""
    phone, laptop = tokens_of(client), tokens_of(client)
    expect(refresh(client, phone["refresh_token"])).status(200)
    expect(refresh(client, phone["refresh_token"])).status(401)
    expect(client.get("/auth/me", headers=bearer(laptop["access_token"]))).status(200)
    expect(refresh(client, laptop["refresh_token"])).status(
        200, "it was stolen from another device"
    )


@sessions
def test_refresh_at_once(client, new_client, tokens_of, at_write):
    """Of two that use a refresh token at the same time, one gets new tokens."""
    token = tokens_of(client)["refresh_token"]
    other = new_client()
    answers = at_write(lambda: refresh(client, token), lambda: refresh(other, token))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 401], f"they were answered {statuses}"


@sessions
def test_logout_ends_the_login(client, tokens_of, bearer):
    """Who logs out with a refresh token ends the login, its access token included."""
    tokens = tokens_of(client)
    expect(client.post("/auth/logout", headers=bearer(tokens["refresh_token"]))).status(204)
    expect(refresh(client, tokens["refresh_token"])).status(401)
    answer = client.get("/auth/me", headers=bearer(tokens["access_token"]))
    expect(answer).status(401, "it could be used for a quarter of an hour")


def test_logout_of_one(client, tokens_of, bearer):
    """A token that was logged out opens nothing, as before."""
    token = tokens_of(client)["access_token"]
    expect(client.post("/auth/logout", headers=bearer(token))).status(204)
    expect(client.get("/auth/me", headers=bearer(token))).status(401)


def test_name_of_nobody(client):
    """A failed login does not tell whether there is such a user, as before."""
    wrong, nobody = (attempt(client, "guess", username=name) for name in ("user", "nobody"))
    expect(wrong).status(401)
    expect(nobody).status(401).equals(wrong.get_json(), "else one could ask which names there are")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/me"),
        ("GET", "/api/tasks"),
        ("POST", "/api/tasks"),
        ("GET", "/api/tasks/stats"),
        ("GET", "/api/tasks/3"),
        ("PUT", "/api/tasks/3"),
        ("PATCH", "/api/tasks/3"),
        ("DELETE", "/api/tasks/3"),
        ("POST", "/api/tasks/3/process"),
        ("GET", "/api/jobs/1"),
    ],
)
def test_needs_a_token(client, method, path):
    """{method} {path} without a token is 401, and says how to authenticate, as before."""
    answer = client.open(path, method=method)
    expect(answer).status(401, "nobody has said who asks")
    expect(answer).contains({"error": {"code": "TOKEN_MISSING"}})
    expect(answer).header("WWW-Authenticate", startswith="Bearer", why="RFC 9110, section 15.5.2")


def test_expired(launcher, clock, client, tokens_of, bearer):
    """An access token is good for as long as the login says, and no longer, as before."""
    tokens = tokens_of(client)
    expect(client.get("/auth/me", headers=bearer(tokens["access_token"]))).status(200)
    clock.move(tokens["expires_in"] + 60)
    answer = client.get("/auth/me", headers=bearer(tokens["access_token"]))
    answer.exchange.note = f"the check has let {tokens['expires_in'] + 60} seconds pass"
    expect(answer).status(401, "it may be a thief's").contains({"error": {"code": "TOKEN_EXPIRED"}})
    expect(refresh(client, tokens["refresh_token"])).status(200, "this one lasts longer")


def test_kinds(client, tokens_of, bearer):
    """An access token makes no new ones, and a refresh token opens nothing else, as before."""
    tokens = tokens_of(client)
    for answer in (
        refresh(client, tokens["access_token"]),
        client.get("/auth/me", headers=bearer(tokens["refresh_token"])),
    ):
        expect(answer).status(401, "whoever has found it would have it for longer than it lasts")
        expect(answer).contains({"error": {"code": "TOKEN_WRONG_TYPE"}})
    expect(refresh(client, tokens["refresh_token"])).status(200, "to mistake one is no theft")
