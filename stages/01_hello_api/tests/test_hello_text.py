import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("hello-text")


def test_hello_world(client):
    """`GET /` answers 200 with a text that starts with `Hello, World!`."""
    response = client.get("/")
    expect(response).status(200, "the request was understood and there is something to say")
    expect(response).text(startswith="Hello, World!", why="this is the first word of your API")
