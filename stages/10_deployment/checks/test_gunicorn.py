import json

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("gunicorn")


def number(settings, name):
    """Return a setting that is a number."""
    return int(settings[name])


def test_serves(server):
    """`gunicorn wsgi:app` serves the API in production."""
    expect(server.ask("GET", "/healthz")).status(200, "it starts, and answers")
    expect(server.ask("GET", "/api/tasks")).status(401, "it is the API of the stages before")


def test_refuses_to_start_without_a_key(gunicorn):
    """Without its keys it does not start: it ends, and the log names what is missing."""
    server = gunicorn()
    assert not server.answers(), (
        "it serves although SECRET_KEY and JWT_SECRET_KEY are not set: `gunicorn wsgi:app` is "
        f"production, unless FLASK_CONFIG says another name\n{server.excerpt()}"
    )
    assert server.ends(15), "a start that failed ends, and is not tried for ever"
    assert server.process.returncode != 0, "a start that failed ends with another code than 0"
    assert "SECRET_KEY" in server.log(), f"the log does not name it:\n{server.excerpt()}"


def test_more_than_one_worker(settings):
    """There is more than one worker: one request that hangs does not stop all others."""
    assert number(settings, "workers") >= 2, "a process computes on one core at a time"


def test_times_are_bounded(settings):
    """No request takes for ever: `timeout` and `graceful_timeout` are between 1 and 120 s."""
    for name in ("timeout", "graceful_timeout"):
        assert 1 <= number(settings, name) <= 120, (
            f"{name} is {settings[name]}: 0 is for ever, and a worker that hangs is lost by then"
        )


def test_not_open_to_the_world(settings):
    """It listens on a socket or on loopback, where nobody but the proxy can reach it."""
    bound = settings["bind"]
    is_open = any(word in bound for word in ("0.0.0.0", "[::]", "':"))  # noqa: S104  # is refused
    assert not is_open, f"it listens on {bound}: past the proxy there is no TLS, and headers lie"


def test_socket_is_for_the_group(gunicorn, production):
    """The socket is for the user and the group of the server, and for nobody else."""
    server = gunicorn(env=production)
    assert server.answers(), f"Gunicorn does not start:\n{server.excerpt()}"
    mode = server.socket.stat().st_mode & 0o777
    assert mode & 0o007 == 0, (
        f"its mode is {mode:o}: everybody on the machine may ask, as the proxy"
    )
    assert mode & 0o070, f"its mode is {mode:o}: the proxy, in the group, may not ask"


def test_instances_do_not_meet(settings):
    """Gunicorn's control socket is off: a second instance would take over the first one's."""
    assert settings.get("control_socket_disable") == "True"


def test_log_is_json_all_over(server):
    """Every line is JSON, Gunicorn's own as well."""
    server.ask("GET", "/healthz", headers={"X-Request-ID": "through-the-socket"})
    found = []
    for line in filter(str.strip, server.last_log().splitlines()):
        is_object = line.startswith("{")
        assert is_object, f"this line is no JSON: {line[:200]}"
        found.append(json.loads(line))
    ids = [line.get("request_id") for line in found if line.get("path") == "/healthz"]
    assert ids == ["through-the-socket"], f"the lines of the request have the ids {ids}"


def test_no_query_in_any_log(server):
    """No log has a query in it, Gunicorn's access log neither."""
    server.ask("GET", "/api/tasks?access_token=needle")
    log = server.last_log()
    assert "/api/tasks" in log, "the request has its line"
    found = [line for line in log.splitlines() if "needle" in line]
    by = {name for line in found for name in ("gunicorn.access", "gunicorn.error") if name in line}
    assert not found, (
        f"there are tokens in queries, and many who read logs; it is written by "
        f"{', '.join(sorted(by)) or 'the app'}"
    )
