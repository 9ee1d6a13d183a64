import json
import secrets
import time

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("login-user")

RFC = "tokens are answered in the shape of RFC 6749, section 5.1, which clients know how to read"


def test_login_answers_with_tokens(client, log_in, claims_of):
    """A login is 200 with an access token, its life, and a refresh token, for no cache to keep."""
    answer = log_in(client, "user")
    why = "no cache on the way may keep a token (RFC 6749, section 5.1)"
    expect(answer).header("Cache-Control", contains="no-store", why=why)
    body = answer.get_json()
    is_bearer = str(body.get("token_type")).lower() == "bearer"
    assert is_bearer, f"{RFC}: `token_type` is Bearer"
    seconds = body.get("expires_in")
    is_count = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    assert is_count, f"{RFC}: `expires_in` is the life of the access token in seconds"
    left = claims_of(body["access_token"])["exp"] - time.time()
    agrees = abs(left - seconds) < 10
    assert agrees, (
        f"`expires_in` is {seconds}, and the access token ends at another time: "
        "both come from one setting"
    )


def test_tokens_say_who_and_until_when(tokens_of, claims_of):
    """Both tokens have the claims `sub`, a text, `exp`, `iat` and `jti`."""
    for name in ("access_token", "refresh_token"):
        claims = claims_of(tokens_of("user")[name])
        is_text = isinstance(claims.get("sub"), str)
        assert is_text, f"`sub` is a text (RFC 7519, section 4.1.2), not {claims.get('sub')!r}"
        for claim in ("exp", "iat", "jti"):
            assert claim in claims, f"the {name} has no `{claim}`"


def test_tokens_tell_no_secret(tokens_of, claims_of):
    """No token has the password or its hash in it: it is signed, and everybody can read it."""
    for name in ("access_token", "refresh_token"):
        for secret in ("password", "scrypt", "hash"):
            tells = secret in json.dumps(claims_of(tokens_of("user")[name])).lower()
            assert not tells, "a token is no safe: base64 is no encryption"


def test_refresh_token_lives_longer(tokens_of, claims_of):
    """The refresh token ends after the access token, whose life is an hour at most."""
    access, refresh = (claims_of(tokens_of("user")[f"{kind}_token"]) for kind in KINDS)
    assert refresh["exp"] > access["exp"], "what renews has to outlive what it renews"
    life = access["exp"] - access["iat"]
    assert life <= 3600, (
        f"whoever finds the access token has it for {life} seconds: an hour is long"
    )


KINDS = ("access", "refresh")


def test_tokens_differ(tokens_of, claims_of):
    """Tokens of two kinds, and of two users, differ in their `jti`."""
    tokens = [tokens_of(name)[f"{kind}_token"] for name in ("user", "admin") for kind in KINDS]
    assert len({claims_of(token)["jti"] for token in tokens}) == 4, "`jti` names one token"
    assert claims_of(tokens[0])["sub"] != claims_of(tokens[2])["sub"], "`sub` says who it is"


def test_new_user_logs_in(client, register, log_in, refused):
    """Who has registered can log in, with every character of the password, blanks as well."""
    password = " " + "Süß" * 42 + "!"
    expect(register("Ada", password=password)).status(201, "a password has 8 to 128 characters")
    log_in(client, "Ada", password)
    others = {
        password.strip(): "without the blank it is another password",
        password.lower(): "in other letters it is another password",
        password[:-1] + "?": "the last character differs: nothing may be cut off, as bcrypt does",
    }
    for other, why in others.items():
        body = {"username": "Ada", "password": other}
        refused(client.post("/auth/login", json=body), 401, why)


def test_wrong_password_is_401(client, refused):
    """A wrong password is 401 in the envelope, with `WWW-Authenticate: Bearer`."""
    for wrong in ("PASSWORD", "no"):
        body = {"username": "user", "password": wrong}
        refused(client.post("/auth/login", json=body), 401, "the password of `user` is another one")


def test_login_does_not_tell_who_there_is(client, refused, effort):
    """An unknown user and a wrong password get the same answer, header for header, as slowly."""
    answers = {}
    best = {"user": 10.0, "nobody": 10.0}
    for name in ("nobody", "user", "nobody", "user"):
        body = {"username": name, "password": "wrong password"}
        # Work, not time on the clock: of that, a busy machine makes whatever it likes.
        answers[name], seconds = effort(lambda b=body: client.post("/auth/login", json=b))
        best[name] = min(best[name], seconds)
    known, unknown = answers["user"], answers["nobody"]
    refused(known, 401, "the password is wrong")
    refused(unknown, 401, "where it is 404, everybody can ask who has an account")
    expect(unknown).equals(known.get_json(), "a wrong password is answered like this")
    assert headers_of(unknown) == headers_of(known), "the headers tell who has an account"
    is_slow = best["user"] > 0.01
    assert is_slow, (
        "a password is checked in less than 10 ms: whoever steals the hashes tries millions of "
        "passwords a second; take a slow hash, such as scrypt"
    )
    takes_as_long = best["nobody"] >= 0.3 * best["user"]
    assert takes_as_long, (
        "an unknown user is refused in a fraction of the time that a wrong password takes: the "
        "clock tells who has an account; check the password against some hash in both cases"
    )
    takes_no_longer = best["nobody"] <= 1.6 * best["user"]
    assert takes_no_longer, (
        "an unknown user is refused later than a wrong password: the clock tells who has an "
        "account. To make a hash takes as long as to check one; make the one for nobody once"
    )


def headers_of(response):
    own = ("X-Request-ID", "Date")
    return sorted((k, v) for k, v in response.headers.items() if k not in own)


@pytest.mark.parametrize("field", ["username", "password"])
def test_field_is_a_text(client, refused, field):
    """A login without a `{field}`, or with one that is no text, is 422."""
    body = {"username": "user", "password": "password"}
    rest = {name: value for name, value in body.items() if name != field}
    for wrong in (rest, *(body | {field: value} for value in (42, None, ["user"], {"a": 1}))):
        error = refused(client.post("/auth/login", json=wrong), 422, "nobody can log in like this")
        assert field in error["details"], "details say which field it is"


def test_body_is_an_object(client, refused):
    """A login whose body is no JSON, or no object, is 400."""
    for body in ("[]", '"user"', "null", '{"username": '):
        response = client.post("/auth/login", data=body, content_type="application/json")
        refused(response, 400, "there are no fields in it")


@pytest.mark.parametrize("field", ["username", "password"])
def test_strange_text_is_no_bug(client, refused, field):
    """A login with a `{field}` of strange or very many characters is 401 or 422, never 500."""
    for text in ("user\0", "\ud800", "x" * 100_000):
        body = json.dumps({"username": "user", "password": "password"} | {field: text})
        response = client.post("/auth/login", data=body, content_type="application/json")
        refused(response, 401 if response.status_code == 401 else 422, "this is nobody's")


def test_production_has_no_known_password(cli, serve, new_database, refused):
    """In production, `flask init-db` adds no user: `admin` with `password` is 401."""
    env = {
        "FLASK_CONFIG": "production",
        "SECRET_KEY": secrets.token_hex(),
        "JWT_SECRET_KEY": secrets.token_hex(),
        "DATABASE_URL": new_database(),
    }
    if cli("init-db", "--yes", env=env).exit_code != 0:
        env = {}  # who refuses the command in production adds nobody there
    body = {"username": "admin", "password": "password" if env else "wrong password"}
    answer = serve(env=env).post("/auth/login", json=body)
    refused(answer, 401, "this password stands in the lesson: everybody knows it")
