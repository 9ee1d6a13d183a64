"""The check that the suite of this stage makes on every error: it comes in the envelope."""

import re

import pytest

from workshop.suite import expect


def as_name(code):
    """Return what a code would be as a name for programs."""
    if not isinstance(code, str) or not code.strip():
        return "A_NAME_LIKE_THIS"
    return re.sub("[^A-Z0-9_]+", "_", code.strip().upper())


@pytest.fixture
def refused():
    """Return a function that expects an error in the envelope, and returns its `error` object."""

    def check(response, status, why):
        expect(response).status(status, why)
        expect(response).json("a client that parses JSON must not meet HTML when something fails")
        expect(response).contains(
            {"status": "error"}, "one look at `status` tells a client whether it got what it wanted"
        )
        expect(response).contains(
            {"error": {"details": {}}},
            "every error has the same three parts, `code`, `message` and `details`, whoever raised "
            "it; `details` is an empty object where no field is to blame",
        )
        error = response.get_json()["error"]
        code, message = error.get("code"), error.get("message")
        assert code == as_name(code), (
            "`error.code` is a name for programs, in capitals, digits and underscores such as "
            "TASK_NOT_FOUND: a client compares it, so it has no blanks and never changes"
        )
        assert isinstance(message, str) and message.strip(), (
            "`error.message` is a sentence for the person who has to put it right, never empty"
        )
        return error

    return check
