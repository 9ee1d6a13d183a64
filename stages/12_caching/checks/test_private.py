import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("private")

LIST, ONE, STATS = "/api/tasks", "/api/tasks/1", "/api/tasks/stats"


@pytest.fixture
def three(user):
    """Return a function that asks thrice: for an answer that is made, kept, and not modified."""

    def three(path):
        first = user.get(path)
        expect(first).status(200)
        known = {"If-None-Match": first.headers.get("ETag", '"none"')}
        return [first, user.get(path), user.get(path, headers=known)]

    return three


def test_errors(user):
    """An error is private, too: a 404 may be kept by whoever gets it, unless it says otherwise."""
    response = user.get("/api/tasks/999")
    found = expect(response).status(404).header("Cache-Control", why="RFC 9110, section 15.5.5")
    words = {word.strip() for word in found.lower().split(",")}
    is_private = words & {"private", "no-store"} and words & {"no-cache", "no-store", "max-age=0"}
    assert is_private, f"Cache-Control: {found}: the task may be there in a moment"


@pytest.mark.parametrize("path", [LIST, ONE, STATS])
def test_private(three, path):
    """`GET {path}` says `Cache-Control: private`, made, kept or not modified."""
    for response in three(path):
        found = expect(response).header("Cache-Control", why="a cache on the way has to be told")
        words = [word.strip() for word in found.lower().split(",")]
        is_private = ("private" in words or "no-store" in words) and "public" not in words
        assert is_private, (
            f"Cache-Control: {found}: a proxy on the way may keep it, and give it to the next one "
            "who asks"
        )


@pytest.mark.parametrize("path", [LIST, ONE, STATS])
def test_asks_each_time(three, path):
    """`GET {path}` lets a client use what it has only after it has asked whether it is good."""
    for response in three(path):
        found = expect(response).header("Cache-Control", why="a client has to be told")
        words = [word.strip() for word in found.lower().split(",")]
        asks = {"no-cache", "no-store", "max-age=0"} & set(words)
        asks = asks and not any(word.startswith("stale-") for word in words)
        assert asks, (
            f"Cache-Control: {found}: a browser may show what it has, for a time, without asking: "
            "after a write it would show the old state"
        )


@pytest.mark.parametrize("path", [LIST, ONE, STATS])
def test_vary(three, path):
    """`GET {path}` says that it depends on who asks: `Vary: Authorization`."""
    for response in three(path):
        found = expect(response).header("Vary", why="the same URL is answered to each in its way")
        words = [word.strip().lower() for word in found.split(",")]
        is_named = "authorization" in words or "*" in words
        assert is_named, (
            f"Vary: {found}: one browser may be used by two people, one after the other"
        )
