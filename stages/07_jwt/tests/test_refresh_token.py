import time

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("refresh-token")


def test_refresh_token_makes_an_access_token(tokens_of, holding):
    """`POST /auth/refresh` with a refresh token is 200 with a new access token of that user."""
    for name in ("user", "admin"):
        answer = holding(tokens_of(name)["refresh_token"]).post("/auth/refresh")
        expect(answer).status(200, "this is what a refresh token is for")
        token = answer.get_json().get("access_token")
        assert isinstance(token, str), "the answer has the shape of RFC 6749, section 5.1"
        me = holding(token).get("/auth/me")
        expect(me).status(200, "the new token is an access token")
        expect(me).contains({"data": {"username": name}}, "it is of whom the refresh token is")


def test_answer_has_the_shape_of_the_rfc(tokens_of, holding, claims_of):
    """The answer has `access_token`, `token_type`, `expires_in`, and `Cache-Control: no-store`."""
    answer = holding(tokens_of("user")["refresh_token"]).post("/auth/refresh")
    expect(answer).status(200, "the refresh token is good")
    body = answer.get_json()
    is_bearer = str(body.get("token_type")).lower() == "bearer"
    assert is_bearer, "a client reads this answer as that of a login: `token_type` is Bearer"
    left = claims_of(body["access_token"])["exp"] - time.time()
    is_life = isinstance(body.get("expires_in"), int) and abs(body["expires_in"] - left) < 10
    assert is_life, "`expires_in` is the life of the new token in seconds"
    expect(answer).header("Cache-Control", contains="no-store", why="no cache may keep a token")


def test_new_token_is_another_one(tokens_of, holding, claims_of):
    """Each refresh makes a token with a `jti` of its own."""
    user = holding(tokens_of("user")["refresh_token"])
    answers = [user.post("/auth/refresh") for _ in range(2)]
    expect(answers[0]).status(200, "the refresh token is good")
    first = claims_of(answers[0].get_json()["access_token"])["jti"]
    assert first != claims_of(tokens_of("user")["access_token"])["jti"], "`jti` names one token"


def test_access_token_does_not_refresh(logged_in, refused):
    """`POST /auth/refresh` with an access token is 401 `TOKEN_WRONG_TYPE`."""
    why = "an access token that makes new ones would never end, whoever has found it"
    refused(logged_in("user").post("/auth/refresh"), 401, why, "TOKEN_WRONG_TYPE")


def test_refresh_needs_a_token(client, refused):
    """`POST /auth/refresh` without a token is 401 `TOKEN_MISSING`."""
    refused(client.post("/auth/refresh"), 401, "nobody says who asks", "TOKEN_MISSING")


def test_new_token_does_not_refresh(tokens_of, holding, refused):
    """The token that a refresh answers with is an access token, and makes no others."""
    answer = holding(tokens_of("user")["refresh_token"]).post("/auth/refresh")
    expect(answer).status(200, "the refresh token is good")
    token = answer.get_json()["access_token"]
    refused(holding(token).post("/auth/refresh"), 401, "it is no refresh token", "TOKEN_WRONG_TYPE")


def test_bad_refresh_tokens_are_refused(tokens_of, forge, holding, refused, long_ago):
    """A refresh token that is old, forged, or incomplete makes no token."""
    token = tokens_of("user")["refresh_token"]
    for bad, code in (
        (forge(token, **long_ago), "TOKEN_EXPIRED"),
        (forge(token, key="another key of at least 32 characters"), "TOKEN_INVALID"),
        (forge(token, jti=None), "TOKEN_INVALID"),
        (forge(token, exp=None), "TOKEN_INVALID"),
        ("x.y.z", "TOKEN_INVALID"),
    ):
        refused(holding(bad).post("/auth/refresh"), 401, "this token is not good", code)


def test_deleted_user_does_not_refresh(tokens_of, holding, database, refused):
    """A refresh token whose user was deleted is 401."""
    admin = holding(tokens_of("admin")["refresh_token"])
    database.delete_user("admin")
    refused(admin.post("/auth/refresh"), 401, "the token is of nobody any more")
