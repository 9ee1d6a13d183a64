import json
import os
import signal
import time
from contextlib import contextmanager

import pytest

from workshop.suite import expect

JSON = {"Content-Type": "application/json"}
# The password is wrong, and the answer 401: what counts is that there is one.
LOGIN = json.dumps({"username": "user", "password": "not this one"}, indent=40)


def test_health(client):
    """`GET /health` answers as before."""
    expect(client.get("/health")).status(200).equals({"status": "ok"}, "stage 1 has promised it")


def test_tasks_need_a_token(client):
    """Nobody sees the tasks without a token, as before."""
    expect(client.get("/api/tasks")).status(401, "stage 7 has promised it")


def test_tasks_with_a_token(client, log_in):
    """Whoever logs in sees the tasks of the sample."""
    response = client.get("/api/tasks", headers=log_in(client))
    expect(response).status(200).contains({"meta": {"total": 3}}, "the sample has three tasks")


def test_development_needs_no_setting(serve, log_in):
    """Development starts without any setting, and its tokens are good after a restart."""
    header = log_in(serve())
    response = serve().get("/api/tasks", headers=header)
    expect(response).status(200, "a developer has nothing to set, and is not logged out by a save")


def test_unknown_configuration(cli):
    """A configuration that there is not is refused by name."""
    done = cli("routes", env={"FLASK_CONFIG": "productoin"})
    is_refused = done.exit_code != 0 and "production" in done.output
    assert is_refused, "stage 5 has promised it: the message names those that there are"


def test_starts(starts):
    """With all that it needs, production starts."""
    done = starts()
    is_started = done.exit_code == 0
    assert is_started, f"it had keys of 46 bytes, and a full path:\n{done.output[-600:]}"


@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY", "DATABASE_URL"])
def test_refuses_without(expect_refusal, starts, name, value):
    """Without {name} production does not start, and names it."""
    expect_refusal(
        starts(**{name: value}), name, f"{name} is {'empty' if value == '' else 'not set'}"
    )


def test_takes_another_database(starts):
    """The address of a server, such as `postgresql://db.internal/tasks`, is no path."""
    done = starts(DATABASE_URL="postgresql+psycopg://user:word@db.internal/tasks")
    is_taken = done.exit_code == 0 or "psycopg" in done.output
    assert is_taken, f"it was refused, and not for want of a driver:\n{done.output[-400:]}"


def test_development_stays_readable(log, serve):
    """In development the log stays text, which people read."""
    client = serve(crash_at="/crash")
    client.get("/crash")
    is_text = "Traceback (most recent call last):\n" in log()
    assert is_text, "a traceback in one line of JSON is no fun to read"


def test_no_proxy_in_development(client, link_of):
    """In development, where there is no proxy, the headers change nothing."""
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    _, link = link_of(client, forged)
    assert link.startswith("http://localhost/"), f"a client has made us answer {link}"


def test_prefix_is_nobody_s(deploy, link_of):
    """`X-Forwarded-Prefix`, which our proxy does not set, is not believed."""
    _, link = link_of(deploy(), {"X-Forwarded-Prefix": "/evil"})
    assert "/evil" not in link, "what the proxy does not set comes from the client"


def test_request_in_flight_survives_a_stop(server):
    """A request that has begun is answered when the server is told to stop; then it ends."""

    @contextmanager
    def stopped():
        server.terminate()
        time.sleep(0.3)  # the server is to see the signal before the rest of the body
        yield

    try:
        response = server.ask("POST", "/auth/login", LOGIN, JSON, halfway=stopped())
    except OSError:
        pytest.fail(
            "the server was told to stop while a request was under way, and hung up: each "
            "deployment would break the requests of that moment",
            pytrace=False,
        )
    expect(response).status(401, "it had begun, so it is answered; the password was wrong")
    assert server.ends(10), "with the last request answered, there is nothing to wait for"
    assert server.process.returncode == 0, "to stop when told so is no failure"


def test_killed_worker_is_replaced(server):
    """A worker that is killed is replaced, and the next request answered."""
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while True:
        try:
            response = server.ask("GET", "/health")
            break
        except OSError:
            assert time.monotonic() < until, "no worker has come back within 10 seconds"
    expect(response).status(200, "the master starts a new one")
