import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("http-errors")


def allowed(response):
    """Return the methods in Allow."""
    return sorted(method.strip() for method in response.headers.get("Allow", "").split(","))


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/api/tasks"), ("POST", "/api/tasks/1")])
def test_wrong_method_is_in_the_envelope(client, refused, method, path):
    """`{method} {path}` is 405 in the envelope."""
    response = client.open(path, method=method)
    refused(response, 405, "the URL exists, the method does not (RFC 9110, section 15.5.6)")


def test_wrong_method_on_the_list_says_which_are_right(client, refused):
    """`PATCH /api/tasks` has `Allow` with `GET` and `POST`."""
    response = client.patch("/api/tasks")
    refused(response, 405, "there is no PATCH here")
    expect(response).header(
        "Allow",
        contains="POST",
        why="a 405 must say which methods there are; Flask knows, so keep the header of its error",
    )
    assert "GET" in allowed(response), "both methods of the list belong into Allow"


def test_wrong_method_on_a_task_says_which_are_right(client, refused):
    """`POST /api/tasks/1` has `Allow` with `GET`, and without `POST`."""
    response = client.post("/api/tasks/1", json={"title": "x"})
    refused(response, 405, "a single task cannot be posted to")
    expect(response).header(
        "Allow", contains="GET", why="a 405 must say which methods there are at this URL"
    )
    assert "POST" not in allowed(response), (
        "each URL has methods of its own: take the header of the error, write no list by hand"
    )


def test_an_error_has_one_content_type(client, refused):
    """A 405 has `Content-Type` once: the JSON's, not that of Werkzeug's HTML page as well."""
    response = client.patch("/api/tasks")
    refused(response, 405, "there is no PATCH here")
    types = [value.partition(";")[0] for value in response.headers.getlist("Content-Type")]
    assert types == ["application/json"], (
        "the error's own headers hold the Content-Type of the HTML page that you replaced; "
        "with two of them each client decides for itself which one to believe"
    )
