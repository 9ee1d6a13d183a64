"""Task hello-json: a dictionary becomes JSON."""

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("hello-json")

AGREED = {"message": "Hello from the API!", "version": "1.0", "status": "success"}


def test_hello_is_there(client):
    """`GET /api/hello` is answered with 200."""
    expect(client.get("/api/hello")).status(
        200, "a route connects the path /api/hello with a function that answers"
    )


def test_hello_says_that_it_is_json(client):
    """The `Content-Type` of `/api/hello` is `application/json`."""
    expect(client.get("/api/hello")).media_type(
        "application/json",
        "programs decide by Content-Type how to read a body, not by what it looks like. Flask "
        "sends a string as text/html, whatever is in it, and a dictionary as JSON",
    )


def test_hello_body_is_json(client):
    """The body of `/api/hello` is a JSON object that every program can read."""
    body = expect(client.get("/api/hello")).json(
        "JSON is not Python: names and texts stand in double quotes (RFC 8259, section 7). "
        "`str()` of a dictionary is Python; leave the writing of JSON to Flask"
    )
    kind = {dict: "object", list: "array", str: "string"}.get(type(body), "other value")
    assert kind == "object", (
        "clients look up `message` in an object, which is what a dictionary becomes. A list around "
        "it makes an array, and what json.dumps() has made already is a string"
    )


def test_hello_says_what_was_agreed(client):
    """It has `message`, `version` and `status` with the values of the lesson, and no more."""
    expect(client.get("/api/hello")).equals(
        AGREED,
        "clients are written against these names and values, to the letter, and the version is a "
        "text in quotes: as a number, 1.10 would be the same as 1.1",
    )


def test_hello_refuses_post(client):
    """`POST /api/hello` is refused with 405, and `Allow` names `GET`."""
    response = client.post("/api/hello", json={})
    expect(response).status(
        405,
        "hello is there to be read: the path exists, this method does not (RFC 9110, 15.5.6), and "
        "a route should take no method that its view does not mean",
    )
    expect(response).header(
        "Allow", contains="GET", why="a 405 must say which methods there are (RFC 9110, 15.5.6)"
    )
