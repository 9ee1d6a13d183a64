import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("error-envelope")


def test_error_says_so(client):
    """An error is an object with `"status": "error"`."""
    response = client.get("/api/tasks/4")
    expect(response).status(404, "an error has an error's status code, whatever its body says")
    expect(response).contains(
        {"status": "error"}, "the counterpart of `success`: a client looks at one field"
    )


def test_error_has_three_parts(client, refused):
    """An error has an `error` object with `code`, `message` and `details`."""
    refused(client.get("/api/tasks/4"), 404, "there is no task 4")


def test_unknown_task_has_its_code(client):
    """The `code` for a task that does not exist is `TASK_NOT_FOUND`."""
    expect(client.get("/api/tasks/4")).contains(
        {"error": {"code": "TASK_NOT_FOUND"}},
        "a program compares the code; the message may be reworded or translated, the code stays",
    )


@pytest.mark.parametrize("task_id", [4, 99])
def test_unknown_task_is_named(client, refused, task_id):
    """The `message` says `Task with ID {task_id} not found`."""
    error = refused(client.get(f"/api/tasks/{task_id}"), 404, "there is no such task")
    assert f"Task with ID {task_id} not found" in error["message"], (
        "a person reads the message in a log, next to many others: it has to say which task"
    )


def test_an_error_has_no_data(client, refused):
    """An error has no `data`."""
    response = client.get("/api/tasks/4")
    refused(response, 404, "there is no task 4")
    assert "data" not in sorted(response.get_json()), (
        "a client that asks `if 'data' in body` must not take a failure for a success"
    )


@pytest.mark.parametrize("path", ["/api/nothing-here", "/nothing-here", "/api/tasks/one"])
def test_unknown_url_is_in_the_envelope(client, refused, path):
    """`GET {path}` is 404 in the envelope: no view has to raise for that."""
    refused(client.get(path), 404, "there is no such URL")


def test_unknown_url_is_no_unknown_task(client, refused):
    """The `code` for an unknown URL is another than that for an unknown task."""
    error = refused(client.get("/api/nothing-here"), 404, "there is no such URL")
    assert error["code"] != "TASK_NOT_FOUND", (
        "a program that reads TASK_NOT_FOUND drops its copy of the task; here a URL was mistyped"
    )


@pytest.mark.parametrize(
    "body",
    ["{}", '{"title": "  "}', '{"title": 123}', '{"title": null}'],
    ids=["missing", "blank", "number", "null"],
)
def test_invalid_title_is_named(client, refused, body):
    """`POST` of `{body}` is 400, and both `message` and `details` name the field `title`."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    error = refused(response, 400, "the client can put this right")
    assert "title" in error["message"].lower(), "a person is told which field to put right"
    assert "title" in str(error["details"]), (
        "a program, such as one that shows a form, marks the field that `details` names"
    )


@pytest.mark.parametrize("body", ["{", "title=x"], ids=["brace", "form"])
def test_malformed_json_is_in_the_envelope(client, refused, body):
    """The body `{body}`, which is no JSON, is 400 in the envelope."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    refused(response, 400, "the client said JSON and sent something else")


@pytest.mark.parametrize(
    "body", ["[]", '"title"', "3", "null"], ids=["list", "string", "number", "null"]
)
def test_no_object_is_in_the_envelope(client, refused, body):
    """The JSON `{body}` for a body is 400 in the envelope."""
    response = client.post("/api/tasks", data=body, content_type="application/json")
    refused(response, 400, "valid JSON, but no object with fields")


def test_wrong_media_type_is_in_the_envelope(client, refused):
    """A form instead of JSON is 415 in the envelope."""
    response = client.post("/api/tasks", data={"title": "x"})
    refused(response, 415, "a form may hold the same words, but this API reads JSON alone")


def test_missing_media_type_is_in_the_envelope(client, refused):
    """A body without `Content-Type` is 415 in the envelope."""
    response = client.post("/api/tasks", data='{"title": "x"}')
    refused(response, 415, "a server does not guess what the bytes are meant to be")
