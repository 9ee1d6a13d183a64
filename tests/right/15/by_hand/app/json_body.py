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
    refuse_depth(request.get_data(as_text=True))
    try:
        body = request.get_json()
    except (BadRequest, RecursionError) as error:  # the latter from thousands of nested brackets
        raise ApiError("MALFORMED_JSON", "The body is not valid JSON", 400) from error
    if not isinstance(body, dict):
        raise ApiError("VALIDATION_FAILED", "The body must be a JSON object, such as {...}", 400)
    return body


def refuse_depth(text):
    level = 0
    quoted = escaped = False
    for char in text:
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in "[{":
            level += 1
            if level > MAX_DEPTH:
                raise ApiError("TOO_DEEP", "This is nested too deeply", 400)
        elif char in "]}":
            level -= 1
