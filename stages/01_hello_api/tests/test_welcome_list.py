import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("welcome-list")


def test_welcome_has_a_message(client):
    """`GET /api/welcome` answers with JSON that has the `message` of the lesson."""
    response = client.get("/api/welcome")
    expect(response).status(200, "the path has a view that answers")
    expect(response).contains(
        {"message": "Welcome to our Simple API!"}, "the text is part of what was agreed"
    )


def test_welcome_lists_the_endpoints(client):
    """`endpoints_available` is a list of the two paths, in the order of the lesson."""
    expect(client.get("/api/welcome")).contains(
        {"endpoints_available": ["/api/welcome", "/api/greet/<name>"]},
        "a list in Python becomes an array in JSON, and an array keeps its order",
    )


def test_welcome_refuses_delete(client):
    """`DELETE /api/welcome` is 405, and `Allow` names `GET`."""
    response = client.delete("/api/welcome")
    expect(response).status(405, "nobody agreed that the welcome can be deleted")
    expect(response).header(
        "Allow", contains="GET", why="a 405 has to say which methods there are"
    )
