import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("storage")

TEN = "ten a minute are allowed, `RATELIMIT_DEFAULT` says so"
PATIENCE = 4  # seconds
GONE = "Redis is gone: that may cost the count of others, and not the answer"


@pytest.fixture
def nobody():
    """Return the address of a Redis that is not there."""
    return "redis://:a-word-of-the-check@127.0.0.1:1/0"


@pytest.fixture
def served(serve, log_in, at):
    """Return a function that returns a user of an app that counts in a Redis."""

    def served(url):
        client = serve(env={"REDIS_URL": url})
        return at(client, headers=log_in(client))

    return served


def test_redis_is_gone(served, nobody, let_through):
    """When Redis is gone, requests are answered, and say what is left."""
    user = served(nobody)
    let_through(3, lambda _: user.get("/auth/me"), why=GONE)
    expect(user.get("/auth/me")).header("X-RateLimit-Limit", equals="10", why=GONE)


def test_still_counted(served, nobody, let_through, refused):
    """When Redis is gone, requests are counted all the same, in memory."""
    user = served(nobody)
    let_through(10, lambda _: user.get("/auth/me"), why=GONE)
    refused(user.get("/auth/me"), f"{TEN}: to count nothing is what an attacker would wish for")


def said(log):
    """Expect that the log tells that Redis is gone; return it."""
    is_told = re.search(r"redis|storage|memory", log, re.IGNORECASE)
    assert is_told, "nobody would notice that each process counts for itself now"
    return log


def test_logged(log, served, nobody):
    """When Redis is gone, the log says that the count is not where it should be."""
    served(nobody).get("/auth/me")
    said(log())


def test_no_password_in_the_log(log, served, nobody):
    """When Redis is gone, the log says it without the password in `REDIS_URL`."""
    served(nobody).get("/auth/me")
    is_there = "a-word-of-the-check" in said(log())
    assert not is_there, "logs are read by many, and copied"


def test_ready_without_redis(serve, nobody):
    """`/readiness` is 200 when Redis is gone: the app can work, as requests are still answered."""
    client = serve(env={"REDIS_URL": nobody})
    expect(client.get("/auth/me")).header("X-RateLimit-Limit", equals="10", why=GONE)
    why = "all processes would be taken out at once, for want of a counter"
    expect(client.get("/readiness")).status(200, why)


def test_redis_hangs(served):
    """When Redis takes connections and never answers, requests are answered within seconds."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        # Whoever waits for ever is let go then.
        end = threading.Timer(PATIENCE, silent.shutdown, [socket.SHUT_RDWR])
        end.start()
        started = time.monotonic()
        user = served(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        response = user.get("/auth/me")
        seconds = time.monotonic() - started
        end.cancel()
    expect(response).status(200, GONE)
    expect(response).header("X-RateLimit-Limit", equals="10", why=GONE)
    is_quick = seconds < PATIENCE
    assert is_quick, (
        f"logging in and one request took more than {PATIENCE} s: whoever waits so long for a "
        "count soon has no thread left that does anything else"
    )


def accepted(listening):
    """Return the connection of whoever asks in time, and has been read; None when nobody does."""
    try:
        connection, _ = listening.accept()
        connection.settimeout(PATIENCE)
        connection.recv(1024)  # what is closed with a question in it would be reset
        return connection
    except TimeoutError:
        return None


def test_wait_together(serve, log_in, at):
    """When Redis dies, requests that wait for it at the same time are all answered."""
    header = log_in(serve())
    with closing(socket.create_server(("127.0.0.1", 0))) as dying, ThreadPoolExecutor(2) as pool:
        dying.settimeout(PATIENCE)
        client = serve(env={"REDIS_URL": f"redis://127.0.0.1:{dying.getsockname()[1]}/0"})
        answers, connections = [], []
        for caller in (at(client, headers=header), at(client, headers=header)):
            answers.append(pool.submit(caller.get, "/auth/me"))
            connections.append(accepted(dying))
        dying.close()
        # One after the other: the second one finds out when the first has.
        responses = []
        for answer, connection in zip(answers, connections, strict=True):
            if connection:
                connection.close()
            responses.append(answer.result())
    assert connections[0], "a request was answered, and the Redis in `REDIS_URL` was not asked"
    first, second = responses
    expect(first).status(200, GONE)
    second.exchange.note = "another request waited for Redis already when this one was sent"
    why = "who finds out first that Redis is gone, is not the only one who waits for it"
    expect(second).status(200, why)


def test_shared(serve, redis, log_in, at, let_through, refused):
    """Two apps with one Redis count together: where one has let ten through, the other refuses."""
    first = serve(env={"REDIS_URL": redis.url})
    header = log_in(first)
    let_through(10, lambda _: at(first, headers=header).get("/auth/me"))
    second = serve(env={"REDIS_URL": redis.url})
    response = at(second, headers=header).get("/auth/me")
    response.exchange.note = "the ten before were answered by another process, on the same Redis"
    refused(response, f"{TEN}, and each worker would allow ten")


def test_shared_in_production(deploy, redis, let_through, refused):
    """In production two processes with one Redis count together as well."""
    settings = {"REDIS_URL": redis.url, "RATELIMIT_DEFAULT": "4 per minute"}
    first = deploy(**settings)
    let_through(4, lambda _: first.get("/auth/me"), 401)
    response = deploy(**settings).get("/auth/me")
    response.exchange.note = "the four before were answered by another process, on the same Redis"
    refused(response, "RATELIMIT_DEFAULT is 4 per minute here, and each worker would allow four")


def test_redis_comes_back(serve, redis, log_in, at, let_through, refused, clock):
    """When Redis was gone, and is back, it is counted there again."""
    first = serve(env={"REDIS_URL": redis.url})
    header = log_in(first)
    user = at(first, headers=header)
    redis.pause()
    try:
        let_through(1, lambda _: user.get("/api/tasks/1"), why=GONE)
    finally:
        redis.go_on()
    for _ in range(3):
        clock.move(40)
        user.get("/api/tasks/1")
    let_through(10, lambda _: user.get("/auth/me"))
    response = at(serve(env={"REDIS_URL": redis.url}), headers=header).get("/auth/me")
    response.exchange.note = (
        "Redis hung for a moment, some minutes ago; another process asked before"
    )
    refused(response, f"{TEN}, counted in Redis, which has been back for minutes")


def test_redis_dies(serve, redis, log_in, at, let_through):
    """When Redis dies under way, requests are answered."""
    client = serve(env={"REDIS_URL": redis.url})
    user = at(client, headers=log_in(client))
    let_through(3, lambda _: user.get("/auth/me"))
    redis.stop()
    let_through(3, lambda _: user.get("/auth/me"), why=GONE)
    expect(user.get("/auth/me")).header("X-RateLimit-Limit", equals="10", why=GONE)


def test_memory_by_default(client, let_through, refused, user):
    """Without `REDIS_URL` requests are counted in memory, and nothing has to be set up."""
    let_through(10, lambda _: user.get("/auth/me"))
    refused(user.get("/auth/me"), TEN)
