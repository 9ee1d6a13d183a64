"""Task hello-text: the first answer."""

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("hello-text")


def test_hello_world(client):
    """`GET /` answers with a text that starts with `Hello, World!`."""
    response = client.get("/")
    expect(response).status(200, "the view returned a text, which is a success")
    expect(response).text(
        startswith="Hello, World!",
        why="the body begins with these very characters: comma, capitals and exclamation mark, "
        "with no tag, quote or brace before them",
    )
    expect(response).header(
        "Content-Type", startswith="text/", why="a text says that it is one, best with text/plain"
    )
