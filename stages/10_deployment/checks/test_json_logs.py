from datetime import datetime, timedelta

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("json-logs")

SECRET = "secret-in-exception"  # noqa: S105  # the text of the exception that the check raises


def test_one_line_for_a_request(deploy, line_of):
    """Each request is one line: one JSON object with `method`, `path`, `status`, `duration_ms`."""
    expect(deploy().get("/api/nowhere")).status(404)
    line = line_of("/api/nowhere")
    found = {name: line.get(name) for name in ("method", "status")}
    assert found == {"method": "GET", "status": 404}
    took = line.get("duration_ms")
    is_time = isinstance(took, int | float) and not isinstance(took, bool) and 0 <= took < 10_000
    assert is_time, f"`duration_ms` is the time in milliseconds, as a number, not {took!r}"


def test_id_of_the_request(deploy, line_of):
    """`request_id` is the id that the answer has in `X-Request-ID`."""
    response = deploy().get("/health", headers={"X-Request-ID": "from-the-proxy-17"})
    expect(response).header(
        "X-Request-ID", equals="from-the-proxy-17", why="stage 5 has promised it"
    )
    line = line_of("/health")
    assert line.get("request_id") == "from-the-proxy-17", (
        "with it, the lines of the proxy, of the app and of what the app has called are one story"
    )


def test_time_level_message(deploy, line_of):
    """Each line has `time` in UTC with its offset, `level` and `message`."""
    deploy().get("/health")
    line = line_of("/health")
    try:
        time = datetime.fromisoformat(str(line.get("time")))
    except ValueError:
        time = datetime.min
    is_utc = time.utcoffset() == timedelta(0)
    assert is_utc, f"`time` is in ISO 8601, in UTC, with the offset: not {line.get('time')!r}"
    assert line.get("level") == "INFO"
    is_text = isinstance(line.get("message"), str) and line["message"]
    assert is_text, "`message` says to a person what the line is about"


def test_exception_is_one_line(serve, production, lines):
    """An exception is one line of level ERROR, with its traceback and the id of the request."""
    client = serve(env=production, crash_at="/crash")
    expect(client.get("/crash", headers={"X-Request-ID": "crash-1"})).status(500)
    errors = [line for line in lines() if line.get("level") == "ERROR"]
    is_one = len(errors) == 1
    assert is_one, f"{len(errors)} lines have the level ERROR: one exception is one line"
    assert errors[0].get("request_id") == "crash-1", "it is the answer that a client complains of"
    is_there = any("Traceback" in str(v) and SECRET in str(v) for v in errors[0].values())
    assert is_there, "without the traceback nobody finds the bug"


def test_no_line_is_forged(deploy, lines):
    """A line break in a path or a header begins no line of its own."""
    deploy().get("/api/a%0A%7B%22level%22%3A%22CRITICAL%22%7D", headers={"X-Request-ID": "a b"})
    levels = {line.get("level") for line in lines()}
    assert levels, "each request has its line"
    is_forged = "CRITICAL" in levels
    assert not is_forged, "who writes lines into our log makes us see what never was"


def test_no_token_in_the_log(deploy, log, log_in):
    """No password, no token and no query is in the log: they are as good as a password there."""
    client = deploy()
    header = log_in(client)
    token = header["Authorization"].removeprefix("Bearer ")
    client.get("/api/tasks?q=needle", headers=header)
    client.get(f"/api/tasks?access_token={token}")
    text = log()
    assert "/api/tasks" in text, "each request has its line"
    for secret, what in ((token, "a token"), ("access_token", "a query"), ("needle", "a query")):
        is_there = secret in text
        assert not is_there, f"{what} is in the log, and more people read it than may know that"
