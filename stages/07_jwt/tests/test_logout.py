import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("logout")

DONE = (200, 204)


def log_out(client):
    answer = client.post("/auth/logout")
    assert answer.status_code in DONE, "a logout is answered with 204 and no body, or with 200"


def test_logged_out_token_is_revoked(logged_in, refused):
    """After `POST /auth/logout`, the token is 401 `TOKEN_REVOKED`, on every route."""
    user = logged_in("user")
    log_out(user)
    for path in ("/auth/me", "/api/tasks", "/api/tasks/1"):
        refused(user.get(path), 401, "it was logged out", "TOKEN_REVOKED")
    refused(user.post("/api/tasks", json={"title": "x"}), 401, "logged out", "TOKEN_REVOKED")


def test_logout_survives_a_restart(tokens_of, holding, serve, refused):
    """A token that was logged out stays so after a restart of the server."""
    token = tokens_of("user")["access_token"]
    log_out(holding(token))
    answer = serve().get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    refused(
        answer,
        401,
        "a list in memory forgets, and knows nothing of the other processes",
        "TOKEN_REVOKED",
    )


def test_other_token_of_the_user_still_works(client, log_in, logged_in, holding):
    """A logout ends one token: another login of the same user goes on."""
    elsewhere = holding(log_in(client, "user").get_json()["access_token"])
    log_out(logged_in("user"))
    expect(elsewhere.get("/auth/me")).status(200, "this is the token of another device")


def test_other_users_still_work(logged_in):
    """A logout of one user leaves the others alone."""
    log_out(logged_in("user"))
    expect(logged_in("admin").get("/auth/me")).status(200, "`admin` has not logged out")


def test_refresh_token_can_be_logged_out(tokens_of, holding, refused):
    """`POST /auth/logout` with a refresh token revokes that one: it makes no more tokens."""
    user = holding(tokens_of("user")["refresh_token"])
    log_out(user)
    refused(user.post("/auth/refresh"), 401, "it was logged out", "TOKEN_REVOKED")


def test_both_tokens_can_be_logged_out(tokens_of, holding, refused):
    """Whoever logs out both tokens, one after the other, has none left."""
    access, refresh = (holding(tokens_of("user")[f"{kind}_token"]) for kind in KINDS)
    log_out(access)
    log_out(refresh)
    refused(access.get("/auth/me"), 401, "it was logged out first", "TOKEN_REVOKED")
    refused(refresh.post("/auth/refresh"), 401, "it was logged out second", "TOKEN_REVOKED")


KINDS = ("access", "refresh")


def test_logout_leaves_the_refresh_token(tokens_of, holding):
    """A logout with the access token leaves the refresh token as it was."""
    tokens = tokens_of("user")
    log_out(holding(tokens["access_token"]))
    answer = holding(tokens["refresh_token"]).post("/auth/refresh")
    expect(answer).status(200, "only the token that was presented is revoked")
    token = answer.get_json()["access_token"]
    expect(holding(token).get("/auth/me")).status(200, "the new token was never logged out")


def test_second_logout_is_401(logged_in, refused):
    """A second logout with the same token is 401 `TOKEN_REVOKED`."""
    user = logged_in("user")
    log_out(user)
    refused(user.post("/auth/logout"), 401, "it is revoked already", "TOKEN_REVOKED")


def test_two_logouts_at_once_are_no_error(logged_in, refused, at_write):
    """Two logouts of one token at the same time succeed, or the second is 401 `TOKEN_REVOKED`."""
    user, same = logged_in("user"), logged_in("user")
    answers = at_write(lambda: user.post("/auth/logout"), lambda: same.post("/auth/logout"))
    why = "what was wanted is done: the token is revoked, whoever of the two was first"
    for answer in answers:
        if answer.status_code == 401:
            refused(answer, 401, why, "TOKEN_REVOKED")
        elif answer.status_code not in DONE:
            expect(answer).status(204, why)
    refused(user.get("/auth/me"), 401, "it was logged out", "TOKEN_REVOKED")


def test_logout_needs_a_token(client, refused):
    """`POST /auth/logout` without a token is 401 `TOKEN_MISSING`."""
    refused(client.post("/auth/logout"), 401, "there is nothing to revoke", "TOKEN_MISSING")


def test_bad_token_is_not_logged_out(tokens_of, forge, holding, refused, long_ago):
    """A bad token cannot be logged out, nor one of somebody else's making."""
    token = tokens_of("user")["access_token"]
    other = forge(token, key="another key of at least 32 characters")
    refused(holding(other).post("/auth/logout"), 401, "we did not sign this", "TOKEN_INVALID")
    old = forge(token, **long_ago)
    refused(holding(old).post("/auth/logout"), 401, "it has ended by itself", "TOKEN_EXPIRED")
    expect(holding(token).get("/auth/me")).status(200, "its `jti` was used by a forger only")
