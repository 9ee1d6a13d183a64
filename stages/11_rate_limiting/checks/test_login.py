import json

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("login")

GUESSES = "each attempt is a guess at a password"
NAMELESS = (
    "it names nobody, and is from another address each time; where it is refused at the third, "
    "both limits count under the same key"
)
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


def test_default_counts_too(serve, at, let_through, refused):
    """The limits of the login are two more: the default limits hold beside them."""
    client = serve(env={"RATELIMIT_LOGIN": "50 per minute"})

    def send(number):
        fields = {"username": f"name-{number}", "password": "not this one"}
        return client.post("/auth/login", json=fields)

    let_through(10, send, 401)
    refused(send(10), "`RATELIMIT_DEFAULT` is for every route, and says ten a minute")


def test_forwarded_for(client, let_through, refused):
    """What a client writes into `X-Forwarded-For` gives it no more guesses."""

    def send(number):
        fields = {"username": f"name-{number}", "password": "not this one"}
        header = {"X-Forwarded-For": f"203.0.113.{number}"}
        return client.post("/auth/login", json=fields, headers=header)

    let_through(5, send, 401)
    refused(send(5), FIVE)


def test_ipv6_network(attempt, let_through, refused):
    """Of an IPv6 address the first 64 bits count, here as well."""
    let_through(5, lambda number: attempt(f"name-{number}", f"2001:db8::{number + 1:x}"), 401)
    refused(attempt("one-more", "2001:db8::ffff"), f"{FIVE}; these were of one network")


def test_no_password_in_the_log(log, serve, let_through, refused):
    """When a login is refused, the password is not in the log."""
    client = serve()
    fields = {"username": "user", "password": "a-guess-of-the-check"}
    let_through(5, lambda _: client.post("/auth/login", json=fields), 401)
    refused(client.post("/auth/login", json=fields), FIVE)
    is_there = "a-guess-of-the-check" in log()
    assert not is_there, "people mistype their own password in one letter: it is nobody's to read"


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

    def guess(number):
        return attempt("ada", f"198.51.100.{number}", headers=headers[1])

    let_through(5, guess, 401)
    refused(guess(5), f"{FIVE}; the name is the same, and an admin may have lost the token")


@pytest.mark.parametrize(
    ("body", "status"),
    [("{", 400), ("[]", 400), ('{"username": 7}', 422), ("{}", 422), ("user", 415)],
    ids=["no JSON", "no object", "a number as the name", "no name", "text"],
)
def test_strange_bodies(client, at, let_through, refused, body, status):
    """A login with the body `{body}` is answered as before, and counted by the address."""

    def send(address):
        caller = at(client, address)
        kind = "text/plain" if status == 415 else "application/json"
        return caller.post("/auth/login", data=body, headers={"Content-Type": kind})

    let_through(6, lambda number: send(f"203.0.113.{number}"), status, NAMELESS)
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
