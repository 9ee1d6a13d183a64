import json

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("login")

GUESSES = "each attempt is a guess at a password"
FIVE = f"five a minute may be tried: {GUESSES}"


@pytest.fixture
def attempt(client, at):
    """Return a function that tries to log in from an address, with a wrong password unless told."""

    def attempt(username, address, password="not this one", **options):  # noqa: S107  # is wrong
        body = {"username": username, "password": password}
        return at(client, address, **options).post("/auth/login", json=body)

    return attempt


def test_one_address(attempt, let_through, refused):
    """From one address five logins a minute are tried, whatever the names; the sixth is 429."""
    let_through(5, lambda number: attempt(f"name-{number}", "203.0.113.7"), 401)
    refused(attempt("one-more", "203.0.113.7"), FIVE)


def test_one_name(attempt, let_through, refused):
    """With one name five logins a minute are tried, wherever from; the sixth is 429."""
    let_through(5, lambda number: attempt("user", f"203.0.113.{number}"), 401)
    refused(attempt("user", "203.0.113.99"), f"{FIVE}; whoever guesses has many addresses")


def test_right_password_is_refused_too(attempt, let_through, refused):
    """The sixth is 429 even if the password is right, or the answer would say that it was."""
    let_through(5, lambda number: attempt("user", f"203.0.113.{number}"), 401)
    refused(attempt("user", "203.0.113.99", "password"), FIVE)


def test_right_passwords_count(attempt, let_through, refused):
    """Logins that succeed are counted as those that fail."""
    let_through(5, lambda number: attempt("user", f"203.0.113.{number}", "password"))
    refused(attempt("user", "203.0.113.99", "password"), FIVE)


def test_others_log_in(attempt, let_through, refused):
    """Another user at another address logs in while the limit of somebody is reached."""
    let_through(5, lambda _: attempt("admin", "203.0.113.7"), 401)
    refused(attempt("admin", "203.0.113.7"), FIVE)
    response = attempt("user", "203.0.113.8", "password")
    expect(response).status(200, "neither the name nor the address has been tried before")


def test_blanks(attempt, let_through, refused):
    """Blanks around a name, which logging in ignores, make it no other name."""
    names = ["user", " user", "user ", "  user", "user\t"]
    let_through(5, lambda number: attempt(names[number], f"203.0.113.{number}"), 401)
    refused(attempt(" user ", "203.0.113.99"), f"{FIVE}; these were all tries at `user`")


def test_tokens_do_not_help(client, log_in, attempt, let_through, refused):
    """Who sends tokens with the attempts is counted by the address all the same."""
    headers = [log_in(client, "user"), log_in(client, "admin")]

    def send(number):
        return attempt(f"name-{number}", "203.0.113.7", headers=headers[number % 2])

    let_through(5, send, 401)
    refused(send(5), f"{FIVE}; the address is the same")


@pytest.mark.parametrize(
    ("body", "status"),
    [("{", 400), ("[]", 400), ('{"username": 7}', 422), ("{}", 422)],
    ids=["no JSON", "no object", "a number as the name", "no name"],
)
def test_strange_bodies(client, at, let_through, refused, body, status):
    """A login with the body `{body}` is answered as before, and counted by the address."""

    def send(address):
        caller = at(client, address)
        return caller.post("/auth/login", data=body, headers={"Content-Type": "application/json"})

    let_through(6, lambda number: send(f"203.0.113.{number}"), status, "it names nobody")
    let_through(5, lambda _: send("198.51.100.1"), status)
    refused(send("198.51.100.1"), FIVE)


HOSTILE = {
    "thousands of brackets": ('{"username": ' + "[" * 100_000 + "]" * 100_000 + "}", 400),
    "half a character as the name": ('{"username": "\\ud800", "password": "p"}', 422),
    "a name of 100,000 letters": (json.dumps({"username": "x" * 100_000, "password": "p"}), 401),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_bodies(client, let_through, refused, what):
    """A login with a body that is meant to break something, {what}, is answered and counted."""
    body, status = HOSTILE[what]

    def send(_):
        return client.post("/auth/login", data=body, headers={"Content-Type": "application/json"})

    let_through(5, send, status, "whoever counts logins reads the body before anybody else")
    refused(send(5), FIVE)


def test_minute_ends(attempt, let_through, refused, over):
    """When the minute is over, logins are tried again."""
    let_through(5, lambda _: attempt("user", "203.0.113.7"), 401)
    refused(attempt("user", "203.0.113.7", "password"), FIVE)
    over()
    response = attempt("user", "203.0.113.7", "password")
    response.exchange.note = "wait for two minutes after the others"
    expect(response).status(200, "the minute is over")


def test_login_from_the_environment(serve, at, let_through, refused):
    """`RATELIMIT_LOGIN=2 per minute` allows two."""
    client = serve(env={"RATELIMIT_LOGIN": "2 per minute"})
    fields = {"username": "user", "password": "not this one"}
    let_through(2, lambda _: client.post("/auth/login", json=fields), 401)
    refused(client.post("/auth/login", json=fields), "the environment says two a minute")


def test_refused_is_not_kept(attempt, let_through):
    """The 429 of a login is not to be stored anywhere, as every answer below `/auth`."""
    let_through(5, lambda _: attempt("user", "203.0.113.7"), 401)
    response = attempt("user", "203.0.113.7")
    expect(response).status(429, FIVE)
    expect(response).header("Cache-Control", equals="no-store", why="stage 7 has promised it")
