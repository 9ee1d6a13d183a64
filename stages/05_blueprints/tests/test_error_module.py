import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("error-module")

PRODUCTION = {"FLASK_CONFIG": "production", "SECRET_KEY": "made-up-by-the-check"}


@pytest.mark.parametrize("path", ["/nothing-here", "/api/nothing-here", "/api/tasks/abc"])
def test_unknown_path_is_404(client, expect_error, path):
    """A path that the app does not know, such as `{path}`, is 404 in the envelope."""
    error = expect_error(
        client.get(path),
        404,
        "no route fits, so no blueprint is in charge, not even below its own prefix: only a "
        "handler of the app hears of it",
    )
    assert error["code"] != "TASK_NOT_FOUND", (
        "nobody asked for a task here. app_errorhandler in one blueprint answers for all of them"
    )


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/tasks", ("GET", "POST")),
        ("POST", "/api/tasks/1", ("GET", "PUT", "PATCH", "DELETE")),
    ],
    ids=["list", "task"],
)
def test_wrong_method_is_405(client, expect_error, method, path, allowed):
    """`{method} {path}` is 405 in the envelope, and `Allow` names what there is."""
    response = client.open(path, method=method, json={"title": "Not like this"})
    expect_error(response, 405, "the address is right and the method is not")
    for name in allowed:
        expect(response).header("Allow", contains=name, why="a 405 says what there is instead")


@pytest.mark.parametrize("path", ["/crash", "/api/tasks/crash"])
def test_bug_is_500_without_its_text(serve, expect_error, path):
    """A bug at `{path}` is 500 in the envelope, and the text of the exception stays inside."""
    response = serve(crash_at=path).get(path)
    expect_error(response, 500, "the client did nothing wrong")
    expect_no_secret(response)


@pytest.mark.parametrize(
    ("setting", "env"),
    [
        pytest.param("FLASK_DEBUG=1", {"FLASK_DEBUG": "1"}, id="debug"),
        pytest.param("FLASK_CONFIG=production", PRODUCTION, id="production"),
    ],
)
def test_bug_is_500_in_every_mode(serve, expect_error, setting, env):
    """With `{setting}`, a bug is the same 500 in the envelope."""
    response = serve(env=env, crash_at="/api/crash").get("/api/crash")
    expect_error(response, 500, "clients are written against this shape, whatever the mode")
    expect_no_secret(response)


def expect_no_secret(response):
    """Expect that the exception's text is not in the answer."""
    assert "secret-in-exception" not in response.get_data(as_text=True), (
        "the text of an exception tells strangers about paths, SQL and passwords"
    )


def test_bug_is_logged(log, serve, expect_error):
    """What the client is not told about a bug stands in the log, with its traceback."""
    response = serve(crash_at="/api/crash").get("/api/crash")
    expect_error(response, 500, "the client did nothing wrong")
    text = log()
    is_logged = "secret-in-exception" in text
    assert is_logged, (
        "a handler for Exception takes the place of Flask's own, which logs: log it yourself, "
        "with exc_info, or nobody will ever know"
    )
    has_traceback = "Traceback" in text
    assert has_traceback, "the traceback says where it happened"


def test_head_of_unknown_path(client, expect_error):
    """`HEAD` of an unknown path is 404 without a body, and `GET` says the same with one."""
    expect_error(client.get("/nothing-here"), 404, "there is nothing at this address")
    expect(client.head("/nothing-here")).status(404, "HEAD is GET without the content").empty()
