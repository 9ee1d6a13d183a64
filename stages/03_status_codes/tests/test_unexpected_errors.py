import io
import logging

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("unexpected-errors")

# What an exception looks like from outside: its text, its type, the stack that led to it.
TRACES = ("secret-in-exception", "RuntimeError", "Traceback")


@pytest.fixture
def logged(capfd):
    """Return a function that returns what was logged, or printed, since the test began."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)

    def read():
        return stream.getvalue() + "".join(capfd.readouterr())

    yield read
    logging.getLogger().removeHandler(handler)


def assert_nothing_leaks(response):
    text = response.get_data(as_text=True)
    assert [trace for trace in TRACES if trace in text] == [], (
        "what an exception says is for the log alone: it tells a stranger about your code, your "
        "tables and your paths"
    )


def test_a_bug_is_500_in_the_envelope(serve, refused):
    """A view that raises answers 500 in the envelope."""
    response = serve(crash_at="/api/crash").get("/api/crash")
    refused(response, 500, "a bug is the server's fault; a client reads it like any other error")


def test_a_bug_tells_nothing(serve, refused):
    """The answer to a bug holds nothing of the exception: not its text, its type or its stack."""
    response = serve(crash_at="/api/crash").get("/api/crash")
    refused(response, 500, "a bug is the server's fault")
    assert_nothing_leaks(response)


def test_a_bug_is_in_the_log(serve, refused, logged):
    """A bug is in the log, with its text and its stack."""
    response = serve(crash_at="/api/crash").get("/api/crash")
    refused(response, 500, "a bug is the server's fault")
    log = logged()
    assert [trace for trace in TRACES if trace in log] == list(TRACES), (
        "once a handler has answered, Flask logs nothing any more: without text, type and stack in "
        "the log nobody can find the line; exc_info=error writes all three"
    )


def test_a_bug_is_500_in_the_envelope_under_the_debug_server(serve, refused):
    """With `FLASK_DEBUG=1` a view that raises answers 500 in the envelope as well."""
    response = serve(env={"FLASK_DEBUG": "1"}, crash_at="/api/crash").get("/api/crash")
    expect(response).json(
        "a handler for 500 or for HTTPException is not asked in debug mode, where Flask passes the "
        "exception on to its debugger; a handler for Exception is asked in both"
    )
    refused(response, 500, "a bug is the server's fault, also while you look for it")


def test_a_bug_tells_nothing_under_the_debug_server(serve, refused):
    """With `FLASK_DEBUG=1` the answer holds nothing of the exception either."""
    response = serve(env={"FLASK_DEBUG": "1"}, crash_at="/api/crash").get("/api/crash")
    refused(response, 500, "a bug is the server's fault")
    assert_nothing_leaks(response)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/tasks/4", 404), ("PATCH", "/api/tasks", 405)]
)
def test_other_errors_stay_what_they_are(serve, refused, method, path, status):
    """`{method} {path}` is still {status} once there is an answer to bugs."""
    client = serve(crash_at="/api/crash")
    refused(client.get("/api/crash"), 500, "this is the bug")
    response = client.open(path, method=method)
    refused(response, status, "a 404 or 405 is no bug: the handler for Exception must not take it")
