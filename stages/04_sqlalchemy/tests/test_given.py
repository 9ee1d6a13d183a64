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


def test_unknown_path_is_404(client):
    """A path that the app does not know, such as `/api/tasks/abc`, is 404 in the envelope."""
    for path in ("/api/nothing-here", "/api/tasks/abc", "/api/tasks/-1"):
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


def test_body_that_is_no_object_is_400(client):
    """`POST /api/tasks` with JSON that is no object (`[]`, `"title"`, `3`, `null`) is 400."""
    for body in ("[]", '"title"', "3", "null"):
        response = client.post("/api/tasks", data=body, content_type="application/json")
        expect_error(response, 400, "this is JSON, but there are no fields in it")


@pytest.mark.parametrize("title", [None, 42, ["Read"]], ids=["null", "number", "list"])
def test_title_is_a_text(client, title):
    """A `title` that is no text is 400, and so is none; the message names the field."""
    for body in ({"title": title}, {}):
        error = expect_error(
            client.post("/api/tasks", json=body), 400, "a task without a title is no task"
        )
        assert "title" in error["message"].lower(), "the message tells a person what is wrong"


def test_title_has_1_to_150_characters(client):
    """A `title` that is empty, blank, or longer than 150 characters is 400."""
    for title in ("", " \t ", "x" * 151):
        error = expect_error(
            client.post("/api/tasks", json={"title": title}),
            400,
            "SQLite stores anything in a String(150): the app has to check, or nobody does",
        )
        assert "title" in error["message"].lower(), "the message tells a person what is wrong"


def test_description_is_a_text(client):
    """A `description` that is no text is 400, and the message names the field."""
    response = client.post("/api/tasks", json={"title": "Typed", "description": 42})
    error = expect_error(response, 400, "what has the wrong type is refused before it is stored")
    assert "description" in error["message"].lower(), "the message names the field"


def test_tags_are_a_list_of_names(client):
    """`tags` that are no list of texts are 400, and the message names the field."""
    for tags in ("home", ["home", 7], [["home"]], {"name": "home"}):
        response = client.post("/api/tasks", json={"title": "Typed", "tags": tags})
        error = expect_error(response, 400, "a text is no list, although Python can loop over it")
        assert "tag" in error["message"].lower(), "the message names the field"


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
