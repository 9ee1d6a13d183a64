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
    is_told = "10" in message and "minute" in message
    assert is_told, f"{message!r} does not say how many requests are allowed, and in which time"


def test_retry_after(too_many):
    """A 429 has `Retry-After`, in whole seconds, a minute at most."""
    waited = expect(too_many()).header("Retry-After", why="when to retry is all that they ask for")
    is_soon = waited.isdecimal() and 0 < int(waited) <= 62
    assert is_soon, f"a limit of a minute resets within a minute, and not `Retry-After: {waited}`"


def test_nothing_is_left(too_many):
    """A 429 says in `X-RateLimit-Remaining` that nothing is left."""
    expect(too_many()).header("X-RateLimit-Remaining", equals="0", why="or they would go on")


@pytest.mark.parametrize("start", [0, 0.3, 0.9])
def test_waiting_is_enough(user, clock, start):
    """Waiting as long as `Retry-After` says is enough, also {start} s after a full second."""
    clock.move(start)
    for _ in range(10):
        user.get("/auth/me")
    clock.move(20.3)
    response = user.get("/auth/me")
    seconds = expect(response).status(429).header("Retry-After", why=LATER)
    assert seconds.isdecimal(), f"`Retry-After: {seconds}` is no number of whole seconds"
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


def test_request_id(user):
    """A 429 has its request id, as every answer."""
    for _ in range(11):
        response = user.get("/auth/me", headers={"X-Request-ID": "of-mine"})
    expect(response).status(429)
    expect(response).header("X-Request-ID", equals="of-mine", why="stage 5 has promised it")
