"""The body of a request as a JSON object, before anybody looks at its fields."""

from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from app.errors import ApiError

# Nothing that we take is nested more than two deep.
MAX_DEPTH = 16


def json_object() -> dict[str, Any]:
    """Return the body.

    Raises:
        UnsupportedMediaType: when it is of another media type (415).
        RequestEntityTooLarge: when it is larger than MAX_CONTENT_LENGTH (413).
        ApiError: when it is no JSON, or JSON but no object, or nested too deeply (400).

    """
    try:
        body = request.get_json()
    except (BadRequest, RecursionError) as error:  # the latter from thousands of nested brackets
        raise ApiError("MALFORMED_JSON", "The body is not valid JSON", 400) from error
    if not isinstance(body, dict):
        raise ApiError("VALIDATION_FAILED", "The body must be a JSON object, such as {...}", 400)
    # BEGIN SOLUTION bodies: refuse what is nested more than MAX_DEPTH deep, with TOO_DEEP (400)
    if depth(body) > MAX_DEPTH:
        raise ApiError("TOO_DEEP", f"The body is nested more than {MAX_DEPTH} deep", 400)
    # END SOLUTION
    return body


# BEGIN SOLUTION bodies: how deeply a value is nested, without calling itself for each level
def depth(value: Any) -> int:
    """Return how deeply a value is nested: 0 for a number or a text."""
    deepest, waiting = 0, [(value, 0)]
    while waiting:
        found, level = waiting.pop()
        inner = found.values() if isinstance(found, dict) else found
        if isinstance(found, dict | list):
            deepest = max(deepest, level + 1)
            waiting += [(part, level + 1) for part in inner]
    return deepest


# END SOLUTION
