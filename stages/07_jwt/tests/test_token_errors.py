import base64
import json

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("token-errors")


def test_no_token_is_missing(client, refused):
    """`GET /auth/me` without a token is 401 `TOKEN_MISSING`, with `WWW-Authenticate: Bearer`."""
    refused(client.get("/auth/me"), 401, "nobody says who asks", "TOKEN_MISSING")


def test_header_without_a_token_is_401(client, refused):
    """`Authorization` of another scheme, or empty, is 401 `TOKEN_MISSING` or `TOKEN_INVALID`."""
    for value in ("", "Bearer", "Bearer ", "Basic dXNlcjpwYXNzd29yZA==", "Token a", "Bearer a b"):
        answer = client.get("/auth/me", headers={"Authorization": value})
        code = refused(answer, 401, "there is no bearer token in this")["code"]
        assert code in ("TOKEN_MISSING", "TOKEN_INVALID"), f"there is no token, and not {code}"


def test_garbage_is_invalid(holding, refused):
    """A token that is no JWT is 401 `TOKEN_INVALID`, not 422."""
    for token in ("x.y.z", "abc", "..", "a.b.c.d.e", "e30.e30.", "x" * 5_000):
        refused(holding(token).get("/auth/me"), 401, "that is no token of ours", "TOKEN_INVALID")


def test_other_key_is_invalid(tokens_of, forge, holding, refused):
    """A token that was signed with another key is 401 `TOKEN_INVALID`."""
    token = forge(tokens_of("admin")["access_token"], key="another key of at least 32 characters")
    refused(holding(token).get("/auth/me"), 401, "we did not sign this", "TOKEN_INVALID")


def test_no_algorithm_is_invalid(tokens_of, holding, refused):
    """A token that says of itself that it needs no signature (`"alg": "none"`) is 401."""
    _, payload, _ = tokens_of("admin")["access_token"].split(".")
    for algorithm in ("none", "None"):
        token = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{payload}."
        answer = holding(token).get("/auth/me")
        refused(answer, 401, "the server chooses the algorithm, not the token", "TOKEN_INVALID")


def part(content):
    """Return a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_edited_payload_is_invalid(tokens_of, claims_of, holding, refused):
    """A token whose payload was edited, with the signature it had, is 401 `TOKEN_INVALID`."""
    admin = claims_of(tokens_of("admin")["access_token"])
    header, _, signature = tokens_of("user")["access_token"].split(".")
    claims = claims_of(tokens_of("user")["access_token"]) | {"sub": admin["sub"]}
    token = f"{header}.{part(claims)}.{signature}"
    refused(holding(token).get("/auth/me"), 401, "that was not what we signed", "TOKEN_INVALID")


def test_old_token_is_expired(tokens_of, forge, holding, refused, long_ago):
    """A token whose time is over is 401 `TOKEN_EXPIRED`, so that a client knows to refresh."""
    token = forge(tokens_of("user")["access_token"], **long_ago)
    refused(holding(token).get("/auth/me"), 401, "it ended yesterday", "TOKEN_EXPIRED")


@pytest.mark.parametrize("claim", ["exp", "jti"])
def test_token_without_claim_is_invalid(tokens_of, forge, holding, refused, claim):
    """A token without `{claim}` is 401 `TOKEN_INVALID`, also where its signature is right."""
    token = forge(tokens_of("user")["access_token"], **{claim: None})
    why = {"exp": "it would never end", "jti": "it could never be revoked"}[claim]
    refused(holding(token).get("/auth/me"), 401, why, "TOKEN_INVALID")


def test_refresh_token_is_of_the_wrong_type(tokens_of, holding, refused):
    """`GET /auth/me` with a refresh token is 401 `TOKEN_WRONG_TYPE`."""
    user = holding(tokens_of("user")["refresh_token"])
    refused(user.get("/auth/me"), 401, "a refresh token only makes tokens", "TOKEN_WRONG_TYPE")


def test_sub_of_nobody_is_invalid(tokens_of, forge, holding, refused):
    """A token whose `sub` is missing, no text, or nobody, is 401 `TOKEN_INVALID`."""
    for sub in (["1"], {"id": 1}, True, None, "nobody", "999999"):
        token = forge(tokens_of("user")["access_token"], sub=sub)
        why = f"{sub!r} is no user, and `sub` is a text (RFC 7519, section 4.1.2)"
        refused(holding(token).get("/auth/me"), 401, why, "TOKEN_INVALID")


def test_token_of_a_deleted_user_is_invalid(logged_in, database, refused):
    """A token whose user was deleted is 401 `TOKEN_INVALID`."""
    admin = logged_in("admin")
    database.delete_user("admin")
    refused(admin.get("/auth/me"), 401, "the token is of nobody any more", "TOKEN_INVALID")


def test_every_token_error_tells_nothing_more(client, tokens_of, forge, holding):
    """The answer to a bad token repeats nothing of the token, and does not say what is wrong."""
    token = forge(tokens_of("user")["access_token"], key="another key of at least 32 characters")
    answer = holding(token).get("/auth/me")
    expect(answer).status(401, "we did not sign this")
    _, payload, _ = token.split(".")
    unsigned = holding(f"{part({'alg': 'none', 'typ': 'JWT'})}.{payload}.").get("/auth/me")
    why = "a token of another key is answered like this; who forges learns from every difference"
    expect(unsigned).equals(answer.get_json(), why)
    signature = token.rpartition(".")[2]
    assert signature not in answer.text, "answers are logged, and a token is a secret"
