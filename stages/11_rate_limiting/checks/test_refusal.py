import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("refusal")

LATER = "whoever waits as long as `Retry-After` says, and is refused again, stops believing it"


@pytest.fixture
def too_many(user):
    """Return a function that returns the answer to a request that is one too many."""

    def too_many():
        for _ in range(10):
            user.get("/auth/me")
        response = user.get("/auth/me")
        expect(response).status(429, "ten a minute are allowed")
        return response

    return too_many


def test_envelope(too_many):
    """A 429 is JSON in the envelope, with the code `TOO_MANY_REQUESTS` and a message."""
    response = too_many()
    expect(response).contains(
        {"status": "error", "error": {"code": "TOO_MANY_REQUESTS", "details": {}}},
        "every error has the envelope of stage 3, whoever raises it",
    )
    message = response.get_json()["error"].get("message")
    is_text = isinstance(message, str) and len(message.split()) > 2
    assert is_text, f"`message` is a sentence for a person, and not {message!r}"


def test_message_says_the_limit(too_many):
    """The message says what is allowed: there is a `10` in it, and `minute`."""
    message = too_many().get_json()["error"]["message"]
    is_told = "10" in message and "min" in message
    assert is_told, f"{message!r} does not say how many requests are allowed, and in which time"


def test_message_says_the_limit_that_was_met(client):
    """The message of a login that is refused has the limit of logins: there is a `5` in it."""
    fields = {"username": "user", "password": "not this one"}
    for _ in range(6):
        response = client.post("/auth/login", json=fields)
    expect(response).status(429, "five a minute are allowed")
    message = response.get_json()["error"]["message"]
    is_told = "5" in message and "min" in message
    assert is_told, f"{message!r} does not say that it was the limit of five a minute"


def test_hour(client, over, let_through):
    """When the hundred of an hour are used up, `Retry-After` is about the hour, not a minute."""
    for _ in range(10):
        let_through(10, lambda _: client.get("/auth/me"), 401)
        over()
    response = client.get("/auth/me")
    response.exchange.note = "the check has sent a hundred, over twenty minutes"
    waited = expect(response).status(429).header("Retry-After", why="when to retry is what counts")
    is_long = waited.isdecimal() and int(waited) > 600
    assert is_long, f"a hundred an hour are used up after 20 minutes, and `Retry-After: {waited}`"


def test_retry_after(too_many):
    """A 429 has `Retry-After`, in whole seconds, about a minute at most."""
    waited = expect(too_many()).header("Retry-After", why="when to retry is all that they ask for")
    is_soon = waited.isdecimal() and 0 < int(waited) <= 62
    assert is_soon, f"a limit of a minute resets within a minute, and not `Retry-After: {waited}`"


def test_nothing_is_left(too_many):
    """A 429 says in `X-RateLimit-Remaining` that nothing is left."""
    expect(too_many()).header("X-RateLimit-Remaining", equals="0", why="or they would go on")


@pytest.mark.parametrize(("start", "pause"), [(0, 20.3), (0.3, 20.3), (0.9, 20.3), (0.9, 20.7)])
def test_waiting_is_enough(user, clock, start, pause):
    """Waiting as long as `Retry-After` says is enough, {start} s into a second, {pause} s on."""
    clock.move(start)
    for _ in range(10):
        user.get("/auth/me")
    clock.move(pause)
    response = user.get("/auth/me")
    seconds = expect(response).status(429).header("Retry-After", why=LATER)
    is_near = seconds.isdecimal() and int(seconds) <= 42
    assert is_near, f"`Retry-After: {seconds}`, and it resets {60 - pause:.0f} s from here"
    clock.move(int(seconds))
    again = user.get("/auth/me")
    again.exchange.note = f"{seconds} s after the 429 that said so"
    expect(again).status(200, LATER)


def test_not_otherwise(user):
    """An answer that refuses nothing has no `Retry-After`."""
    response = user.get("/auth/me")
    expect(response).status(200)
    expect(response).header("X-RateLimit-Remaining", why="it was counted")
    is_there = "Retry-After" in response.headers
    assert not is_there, (
        f"there is nothing to retry, and it says `Retry-After: {response.headers['Retry-After']}`: "
        "clients exist that wait then"
    )


@pytest.mark.parametrize(("path", "status"), [("/api/tasks/999", 404), ("/auth/me", 401)])
def test_not_on_other_errors(client, user, path, status):
    """An error that is no refusal, such as {status}, has no `Retry-After`."""
    response = (client if status == 401 else user).get(path)
    expect(response).status(status)
    expect(response).header("X-RateLimit-Remaining", why="it was counted")
    expect(response).header("Retry-After", absent=True, why="to retry would change nothing")


def test_request_id(user):
    """A 429 has its request id, as every answer."""
    for _ in range(11):
        response = user.get("/auth/me", headers={"X-Request-ID": "of-mine"})
    expect(response).status(429)
    expect(response).header("X-Request-ID", equals="of-mine", why="stage 5 has promised it")
