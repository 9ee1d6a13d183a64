"""The body of a request as a JSON object, before anybody looks at its fields."""

from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from app.errors import ApiError


def json_object() -> dict[str, Any]:
    """Return the body.

    Raises:
        UnsupportedMediaType: when it is of another media type (415).
        ApiError: when it is no JSON, or JSON but no object (400).

    """
    try:
        body = request.get_json()
    except (BadRequest, RecursionError) as error:  # the latter from thousands of nested brackets
        raise ApiError("MALFORMED_JSON", "The body is not valid JSON", 400) from error
    if not isinstance(body, dict):
        raise ApiError("VALIDATION_FAILED", "The body must be a JSON object, such as {...}", 400)
    return body
