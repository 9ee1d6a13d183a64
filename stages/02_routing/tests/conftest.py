"""What the files of this suite share: how a refusal and a list look at this stage."""

import pytest

from workshop.suite import expect


@pytest.fixture
def refused():
    """Return a function that expects an error in JSON with a status and a message."""

    def expect_error(response, status, why):
        body = (
            expect(response)
            .status(status, why)
            .json("the client of an API parses every answer, the bad news too")
        )
        message = body.get("error") if isinstance(body, dict) else None
        assert isinstance(message, str) and message.strip(), (
            'an error has the shape {"error": "<message>"}, so that a client finds the reason in '
            "one place whatever went wrong"
        )

    return expect_error


@pytest.fixture
def entries():
    """Return a function that expects a list of objects in JSON, and returns it."""

    def expect_list(response):
        found = expect(response).status(200, "the list is there to be read, filtered or not").json()
        assert isinstance(found, list), "a list in Python becomes an array in JSON"
        assert all(isinstance(entry, dict) for entry in found), "each entry is an object"
        return found

    return expect_list
