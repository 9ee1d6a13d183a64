"""Task welcome-list: a list inside the JSON."""

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("welcome-list")


def test_welcome_is_there(client):
    """`GET /api/welcome` is answered with 200."""
    expect(client.get("/api/welcome")).status(
        200, "a route connects the path /api/welcome with a function that answers"
    )


def test_welcome_is_json(client):
    """`/api/welcome` answers with JSON, and its `Content-Type` says so."""
    expect(client.get("/api/welcome")).json(
        "a view that returns a dictionary is answered in JSON; a string is sent as text/html"
    )


def test_welcome_has_a_message(client):
    """`message` is `Welcome to our Simple API!`."""
    expect(client.get("/api/welcome")).contains(
        {"message": "Welcome to our Simple API!"},
        "the name and the text are agreed with the clients, to the letter",
    )


def test_welcome_lists_the_endpoints(client):
    """`endpoints_available` is a list of `/api/welcome` and `/api/greet/<name>`, in this order."""
    expect(client.get("/api/welcome")).contains(
        {"endpoints_available": ["/api/welcome", "/api/greet/<name>"]},
        "a list in Python becomes an array in JSON, which keeps its order; <name> stands there as "
        "it is, for in JSON the signs < and > mean nothing",
    )


def test_welcome_refuses_post(client):
    """`POST /api/welcome` is refused with 405, and `Allow` names `GET`."""
    response = client.post("/api/welcome", json={})
    expect(response).status(
        405, "a welcome is there to be read, so the route takes GET alone (RFC 9110, 15.5.6)"
    )
    expect(response).header(
        "Allow", contains="GET", why="a 405 must say which methods there are (RFC 9110, 15.5.6)"
    )
