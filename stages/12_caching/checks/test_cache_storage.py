import re
import socket
import threading
import time
from contextlib import closing

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("cache-storage")

LIST, ONE = "/api/tasks", "/api/tasks/1"
GONE = "Redis is gone: that may cost time, and not the answer"
PATIENCE = 6  # seconds


@pytest.fixture
def nobody():
    """Return the address of a Redis that is not there."""
    return "redis://:a-word-of-the-check@127.0.0.1:1/0"


@pytest.fixture
def served(serve, as_):
    """Return a function that returns a user of an app with a Redis."""
    return lambda url: as_(serve(env={"REDIS_URL": url}))


def test_shared(served, redis, cached):
    """What one process has kept is there for the next one, in Redis."""
    cached(served(redis.url).get(LIST), "MISS", "nobody has asked for this yet")
    response = served(redis.url).get(LIST)
    response.exchange.note = "another process, on the same Redis, was asked before"
    cached(response, "HIT", "`REDIS_URL` names a place where all processes keep answers")


def test_fresh(served, redis, cached):
    """With Redis, too, nobody sees the old state after a write."""
    reader, writer = served(redis.url), served(redis.url)
    cached(reader.get(ONE), "MISS", "nobody has asked for this yet")
    cached(writer.get(ONE), "HIT", "another process was asked before")
    writer.patch(ONE, json={"title": "Another title"})
    expect(reader.get(ONE)).contains({"data": {"title": "Another title"}}, "it has just changed")


def test_no_pickles(served, redis, cached):
    """What is kept in Redis is no pickle, which runs code when it is read."""
    import redis as library

    cached(served(redis.url).get(LIST), "MISS", "nobody has asked for this yet")
    with closing(library.Redis.from_url(redis.url)) as client:
        texts = [client.get(key) for key in client.scan_iter() if client.type(key) == b"string"]
    kept = [text for text in texts if b"Implement App Factory" in text]
    assert kept, "the answer is not in Redis, or cannot be found there"
    pickled = [text[:20] for text in kept if b"\x80\x04" in text[:4] or b"\x80\x05" in text[:4]]
    assert not pickled, (
        f"it begins with {pickled}: whoever can write to this Redis can run code in your processes"
    )


def test_redis_is_gone(served, nobody):
    """When Redis is gone, reads and writes are answered."""
    user = served(nobody)
    expect(user.get(ONE)).status(200, GONE)
    expect(user.patch(ONE, json={"title": "Another title"})).status(200, GONE)
    expect(user.get(ONE)).status(200, GONE).contains({"data": {"title": "Another title"}})
    expect(user.get("/api/tasks/stats")).status(200, GONE)


def test_redis_is_full(served, redis):
    """When Redis is full, and refuses to keep any more, reads are answered."""
    import redis as library

    with closing(library.Redis.from_url(redis.url)) as client:
        client.config_set("maxmemory", 1)
    user = served(redis.url)
    for path in (LIST, ONE, "/api/tasks/stats"):
        expect(user.get(path)).status(200, "a cache that keeps nothing costs time, no answer")


def test_logged(log, served, nobody):
    """When Redis is gone, the log says it of the cache, and without the password."""
    served(nobody).get(LIST)
    text = log()
    is_told = re.search(r"cache", text, re.IGNORECASE)
    assert is_told, "nobody would notice that everything is made anew each time"
    is_there = "a-word-of-the-check" in text
    assert not is_there, "logs are read by many, and copied"


def test_redis_hangs(served):
    """When Redis hangs, not every request waits for it: four are answered within seconds."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        # Whoever waits for ever is let go then.
        end = threading.Timer(5 * PATIENCE, silent.shutdown, [socket.SHUT_RDWR])
        end.start()
        started = time.monotonic()
        user = served(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        for _ in range(4):
            response = user.get(LIST)
        seconds = time.monotonic() - started
        end.cancel()
    expect(response).status(200, GONE)
    expect(response).header("X-Cache", equals="MISS", why="what is kept nowhere is made anew")
    is_quick = seconds < PATIENCE
    assert is_quick, (
        f"four requests took more than {PATIENCE} s: each of them waits for a Redis that has not "
        "answered the one before"
    )


def test_write_while_redis_hangs(served, redis, cached):
    """What is written while Redis hangs is seen when it answers again."""
    cached(served(redis.url).get(ONE), "MISS", "nobody has asked for this yet")
    redis.pause()
    try:
        written = served(redis.url).patch(ONE, json={"title": "While it hung"})
    finally:
        redis.go_on()
    expect(written).status(200, GONE)
    response = served(redis.url).get(ONE)
    response.exchange.note = "Redis hung while task 1 was changed, and answers again"
    expect(response).contains(
        {"data": {"title": "While it hung"}},
        "what Redis has not been told of, it does not know: the truth is in the database",
    )


def test_without_redis(user, cached):
    """Without `REDIS_URL` answers are kept in memory, and nothing has to be set up."""
    cached(user.get(LIST), "MISS", "nobody has asked for this yet")
    cached(user.get(LIST), "HIT", "nothing has changed since")
