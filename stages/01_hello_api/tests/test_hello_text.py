import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("hello-text")


def test_hello_world(client):
    """`GET /` answers with a text that starts with `Hello, World!`."""
    response = client.get("/")
    expect(response).status(200, "the view returned a text, which is a success")
    expect(response).text(
        startswith="Hello, World!", why="plain text: no markup before it, and spelled like this"
    )
