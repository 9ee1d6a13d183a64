"""What works from the start, and has to go on working."""

import pytest

from workshop.suite import expect

ENVELOPE = "every error has the envelope of stage 3, whoever raises it"


def expect_error(response, status, why):
    expect(response).status(status, why)
    expect(response).contains({"status": "error", "error": {"details": {}}}, ENVELOPE)
    error = response.get_json()["error"]
    for key in ("code", "message"):
        assert isinstance(error.get(key), str), f"{ENVELOPE}: `{key}` is a text"
        assert error[key], f"{ENVELOPE}: `{key}` is not empty"
    return error


@pytest.mark.parametrize("path", ["/api/nothing-here", "/api/tasks/abc", "/api/tasks/-1"])
def test_unknown_path_is_404(client, path):
    """`GET {path}` is 404, in the envelope."""
    expect_error(client.get(path), 404, "there is nothing at this address (RFC 9110, 15.5.5)")


def test_wrong_method_on_the_list_is_405(client):
    """`PUT /api/tasks` is 405, and `Allow` names `GET` and `POST`."""
    response = client.put("/api/tasks", json={"title": "All of them"})
    expect_error(response, 405, "nobody can replace all tasks at once")
    for method in ("GET", "POST"):
        expect(response).header("Allow", contains=method, why="a 405 says what there is instead")


def test_wrong_method_on_a_task_is_405(client):
    """`POST /api/tasks/1` is 405, and `Allow` names the four methods of a task."""
    response = client.post("/api/tasks/1", json={"title": "A task in a task"})
    expect_error(response, 405, "a new task is posted to the list")
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        expect(response).header("Allow", contains=method, why="a 405 says what there is instead")


def test_body_of_another_type_is_415(client):
    """`POST /api/tasks` with a form instead of JSON is 415."""
    expect_error(
        client.post("/api/tasks", data={"title": "From a form"}),
        415,
        "the media type is named in Content-Type, and this one cannot be read (RFC 9110, 15.5.16)",
    )


def test_malformed_json_is_400(client):
    """`POST /api/tasks` with malformed JSON is 400."""
    expect_error(
        client.post("/api/tasks", data='{"title": ', content_type="application/json"),
        400,
        "the type is right and the content is not",
    )


@pytest.mark.parametrize("body", ["[]", '"title"', "3", "null"])
def test_body_that_is_no_object_is_400(client, body):
    """`POST /api/tasks` with the JSON `{body}` is 400: a task is an object."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    expect_error(response, 400, "this is JSON, but there are no fields in it")


WRONG_TITLES = {
    "missing": {},
    "null": {"title": None},
    "a number": {"title": 42},
    "a list": {"title": ["Read"]},
    "empty": {"title": ""},
    "blank": {"title": " \t "},
    "151 characters long": {"title": "x" * 151},
}


@pytest.mark.parametrize("fault", WRONG_TITLES)
def test_title_is_checked(client, fault):
    """A title that is {fault} is 400, and the message names the field."""
    response = client.post("/api/tasks", json=WRONG_TITLES[fault])
    error = expect_error(
        response, 400, "SQLite stores anything in a String(150): the app has to check, or nobody does"
    )
    assert "title" in error["message"].lower(), "the message tells a person which field is wrong"


WRONG_FIELDS = {
    "description as a number": {"description": 42},
    "tags as one text": {"tags": "home"},
    "a number among tags": {"tags": ["home", 7]},
    "a list among tags": {"tags": [["home"]]},
    "tags as an object": {"tags": {"name": "home"}},
}


@pytest.mark.parametrize("fault", WRONG_FIELDS)
def test_fields_of_another_type_are_400(client, fault):
    """A new task with {fault} is 400, and the message names the field."""
    fields = WRONG_FIELDS[fault]
    response = client.post("/api/tasks", json={"title": "Typed", **fields})
    error = expect_error(response, 400, "what has the wrong type is refused before it is stored")
    assert next(iter(fields)).rstrip("s") in error["message"].lower(), "the message names the field"


def test_trailing_slash_does_not_redirect(client):
    """`POST /api/tasks/` is the same as `POST /api/tasks`: neither redirects."""
    response = client.post("/api/tasks/", json={})
    expect_error(response, 400, "many clients lose the body of a POST when they are redirected")


@pytest.mark.parametrize("env", [{}, {"FLASK_DEBUG": "1"}], ids=["plain", "debug"])
def test_bug_in_a_view_is_500_without_its_text(serve, env):
    """A view that raises is answered with 500 in the envelope, and its words stay in the log."""
    response = serve(env=env, crash_at="/api/crash").get("/api/crash")
    expect_error(response, 500, "the client did nothing wrong")
    assert "secret-in-exception" not in response.get_data(as_text=True), (
        "the text of an exception tells strangers about paths, SQL and passwords"
    )


def test_python_app_py_serves_this_machine_only(program):
    """`python app.py` serves 127.0.0.1, without debug mode."""
    for server in program():
        assert server.host in ("127.0.0.1", "localhost", "::1"), (
            "0.0.0.0 offers the development server to everybody in the same network"
        )
        assert server.debug is False, "the debugger runs any Python that a visitor types"
