"""What works from the start, and has to go on working."""

import pytest

from workshop.suite import expect


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/1"])
def test_tasks_can_be_read(client, path):
    """`GET {path}` is 200 and JSON."""
    response = client.get(path)
    expect(response).status(200, "it is there, and GET reads it")
    expect(response).json("this API speaks JSON")


def test_a_slash_at_the_end_changes_nothing(client):
    """`GET /api/tasks/` is the same as `GET /api/tasks`, without a redirect."""
    expect(client.get("/api/tasks/")).status(
        200,
        "both are one resource; a rule without a slash knows the other only while "
        "`app.url_map.strict_slashes` is False, and a redirect loses the body of a POST",
    )


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/"])
def test_post_creates(client, path):
    """`POST {path}` with a title is 201 Created."""
    expect(client.post(path, json={"title": "Read RFC 9110"})).status(
        201, "something was made: 201 says more than 200 (RFC 9110, section 15.3.2)"
    )


def test_a_charset_in_content_type_is_fine(client):
    """`Content-Type: application/json; charset=utf-8` is JSON too."""
    response = client.post(
        "/api/tasks",
        data='{"title": "Läs RFC 9110"}'.encode(),
        content_type="application/json; charset=utf-8",
    )
    expect(response).status(201, "a parameter does not change the media type; many clients send it")


@pytest.mark.parametrize("task_id", [0, 4, 99, 2**70])
def test_unknown_task_is_404(client, task_id):
    """`GET /api/tasks/{task_id}` is 404: there is no such task."""
    expect(client.get(f"/api/tasks/{task_id}")).status(
        404, "the path is right, the task is not there (RFC 9110, section 15.5.5)"
    )


def test_unknown_path_is_404(client):
    """A path that the app does not know is 404."""
    expect(client.get("/api/nothing-here")).status(
        404,
        "a client that mistyped a path has to see that there is nothing there; a handler for "
        "Exception that answers instead has taken what belongs to one for HTTPException",
    )


def test_head_is_get_without_the_body(client):
    """`HEAD /api/tasks/1` answers like `GET`, without the body."""
    response = client.head("/api/tasks/1")
    expect(response).status(200, "HEAD asks what GET would answer (RFC 9110, section 9.3.2)")
    expect(response).media_type("application/json", "HEAD has the headers that GET would have")
    expect(response).empty("HEAD is GET without the body")


def test_head_of_an_unknown_task(client):
    """`HEAD /api/tasks/4` is 404, and has no body either."""
    response = client.head("/api/tasks/4")
    expect(response).status(404, "HEAD has the status that GET would have")
    expect(response).empty("not even an error has a body where the client asked with HEAD")


@pytest.mark.parametrize(
    "body",
    ["{}", '{"name": "x"}', '{"title": ""}', '{"title": "   "}'],
    ids=["missing", "other field", "empty", "blank"],
)
def test_title_is_required(client, body):
    """`POST /api/tasks` with `{body}` is 400: a title is missing or blank."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    expect(response).status(
        400, "the client forgot something and can put it right: that is a 4xx, and it is no task"
    )


@pytest.mark.parametrize(
    "body",
    ['{"title": null}', '{"title": 123}', '{"title": true}', '{"title": ["a"]}'],
    ids=["null", "number", "true", "list"],
)
def test_title_is_a_string(client, body):
    """`POST /api/tasks` with `{body}` is 400: that title is no string."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    expect(response).status(
        400,
        "only a string has a .strip(): look at the type first, or a fault of the client "
        "becomes a 500, which blames the server",
    )


@pytest.mark.parametrize(
    "body",
    ["{", "{'title': 'x'}", "title=x", ""],
    ids=["brace", "single quotes", "form", "nothing"],
)
def test_malformed_json_is_400(client, body):
    """`POST /api/tasks` with the body `{body}`, which is no JSON, is 400."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    expect(response).status(
        400,
        "the client said JSON and sent something else: the syntax is at fault, not the media type",
    )


def test_deep_nesting_is_400(client):
    """`POST /api/tasks` with 100,000 opening brackets is 400."""
    response = client.post("/api/tasks", data="[" * 100_000, content_type="application/json")
    expect(response).status(
        400,
        "it ends in a RecursionError, which is no ValueError and no BadRequest; a client "
        "must not be able to crash a view at will",
    )


@pytest.mark.parametrize(
    "body",
    ["[]", '["title"]', '"title"', "3", "null"],
    ids=["list", "list of title", "string", "number", "null"],
)
def test_body_is_an_object(client, body):
    """`POST /api/tasks` with the JSON `{body}`, which is no object, is 400."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    expect(response).status(
        400, 'this is valid JSON, but it has no fields, and "title" in it would mislead or crash'
    )


def test_missing_media_type_is_415(client):
    """`POST /api/tasks` without a `Content-Type` is 415, even if the body is JSON."""
    response = client.post("/api/tasks", data='{"title": "x"}')
    expect(response).status(
        415, "what the bytes mean is said by Content-Type, and a server does not guess"
    )


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded"], ids=["text", "form"]
)
def test_other_media_types_are_415(client, content_type):
    """`POST /api/tasks` with `Content-Type: {content_type}` is 415."""
    response = client.post("/api/tasks", data='{"title": "x"}', content_type=content_type)
    expect(response).status(
        415,
        "this API reads JSON alone, and says so with 415 Unsupported Media Type "
        "(RFC 9110, section 15.5.16)",
    )


def test_a_refused_task_is_not_kept(client):
    """A task that is refused with 400 is not added to the list."""
    before = client.get("/api/tasks")
    client.post("/api/tasks", json={"title": " "})
    after = client.get("/api/tasks")
    assert after.get_data(as_text=True) == before.get_data(as_text=True), (
        "whoever is told 400 relies on nothing having changed"
    )


def test_python_app_py_serves_this_machine_without_debugger(program):
    """`python app.py` serves 127.0.0.1 alone, without debug mode."""
    for server in program():
        assert server.host in ("127.0.0.1", "localhost", "::1"), (
            "0.0.0.0 offers the development server to everybody in the same network"
        )
        assert server.debug is False, (
            "the debugger shows a stranger your code; ask for it with `flask run --debug`"
        )


def test_debug_mode_is_off_when_flask_serves_the_app(program):
    """`flask run` serves without debug mode, because nothing in the code switches it on."""
    for server in program("flask run"):
        assert server.debug is False, "what stands in the code is on in production as well"
