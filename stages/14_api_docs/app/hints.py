"""What a program can do about an error, without a person who reads the message.

A message is for people, and may be reworded. A hint is a word out of a few, and the request to send
next where there is one.
"""

from typing import Any
from urllib.parse import quote

from flask import current_app, request, url_for
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from app.documentation.descriptions import description_of
from app.documentation.paths import path_of

# By the code of the error. Where a code is not named here, only a person knows.
ACTION = {
    "TOKEN_MISSING": "log_in",
    "TOKEN_INVALID": "log_in",
    "TOKEN_REVOKED": "log_in",
    "TOKEN_EXPIRED": "refresh",
    "TOKEN_WRONG_TYPE": "read_document",
    "MALFORMED_JSON": "read_document",
    "VALIDATION_FAILED": "read_document",
    "UNSUPPORTED_MEDIA_TYPE": "read_document",
    "METHOD_NOT_ALLOWED": "read_document",
    "NOT_FOUND": "read_index",
    "TASK_NOT_FOUND": "list",
    "CONFLICT": "read_again",
    "PRECONDITION_FAILED": "read_again",
    "TOO_MANY_REQUESTS": "wait",
    "NOT_READY": "wait",
}
ACTIONS = sorted(set(ACTION.values()))


def hint(code: str) -> dict[str, Any] | None:
    """Return what to do about an error: an action, and by which method and at which address."""
    # TODO hints: the action of the code, with `method` and `href` where there are some
    return None


# TODO hints: what to send next, for each action
