import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("hello-json")


def test_hello_is_there(client):
    """`GET /api/hello` answers with 200."""
    expect(client.get("/api/hello")).status(200, "the path has a view that answers")


def test_hello_is_json(client):
    """`GET /api/hello` answers with JSON, and says so in `Content-Type`."""
    expect(client.get("/api/hello")).json(
        "programs decide by Content-Type how to read a body; a string that looks like JSON is sent "
        "as text/html"
    )


def test_hello_says_what_was_agreed(client):
    """The JSON has `message`, `version` and `status`, with the values of the lesson."""
    expect(client.get("/api/hello")).equals(
        {"message": "Hello from the API!", "version": "1.0", "status": "success"},
        "a client is written against these names and values, to the letter",
    )


def test_hello_refuses_post(client):
    """`POST /api/hello` is 405, and `Allow` names `GET`."""
    response = client.post("/api/hello", json={})
    expect(response).status(405, "the path exists, the method does not: RFC 9110, 15.5.6")
    expect(response).header(
        "Allow", contains="GET", why="a 405 has to say which methods there are"
    )
