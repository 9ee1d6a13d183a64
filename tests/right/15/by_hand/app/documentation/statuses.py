"""What a status of an error means here, and the headers that come with a status."""

from typing import Any

# By the status: the codes with which it is answered, each with a message as a person reads it.
ERRORS: dict[int, dict[str, str]] = {
    400: {
        "MALFORMED_JSON": "The body is not valid JSON",
        "VALIDATION_FAILED": "The body must be a JSON object, such as {...}",
        "TOO_DEEP": "The body is nested more than 16 deep",
        "IDEMPOTENCY_KEY_INVALID": "Idempotency-Key has to be 1 to 255 characters of ASCII",
    },
    401: {
        "TOKEN_MISSING": "Send a token: Authorization: Bearer <access_token>",
        "TOKEN_INVALID": "This token is not valid; log in for another one",
        "TOKEN_EXPIRED": "This token has expired; refresh it, or log in again",
        "TOKEN_REVOKED": "This token was revoked; log in again",
        "TOKEN_WRONG_TYPE": "Send the access token, and to /auth/refresh the refresh token",
        "INVALID_CREDENTIALS": "The user name or the password is wrong",
    },
    403: {"FORBIDDEN": "This needs the role admin"},
    404: {
        "TASK_NOT_FOUND": "Task with ID 99 not found",
        "JOB_NOT_FOUND": "Job with ID 99 not found",
        "USER_NOT_FOUND": "User with ID 99 not found",
    },
    409: {
        "USER_EXISTS": "There is such a user already",
        "CONFLICT": "Somebody changed this at the same time; read it again, then retry",
        "IDEMPOTENCY_KEY_IN_USE": "This was sent before and is being done, or its answer was lost; "
        "look whether it is",
        "NOT_ONESELF": "Let another admin change you",
    },
    412: {
        "PRECONDITION_FAILED": "This has changed since you have read it; read it again, then retry",
    },
    413: {
        "PAYLOAD_TOO_LARGE": "The data value transmitted exceeds the capacity limit.",
    },
    415: {
        "UNSUPPORTED_MEDIA_TYPE": "Did not attempt to load JSON data because the request "
        "Content-Type was not 'application/json'.",
    },
    422: {
        "VALIDATION_FAILED": "Please mend: title",
        "IDEMPOTENCY_KEY_REUSED": "This Idempotency-Key was sent with another request; make a new "
        "one for each",
    },
    429: {
        "TOO_MANY_REQUESTS": "Too many requests: only 10 per 1 minute here. Retry-After says in "
        "how many seconds to retry",
    },
    500: {
        "INTERNAL_SERVER_ERROR": "Something went wrong on our side. It has been logged; please try "
        "again later.",
    },
    503: {"NOT_READY": "Not ready, this is down: database"},
}

# The headers of answers, each with what it is for.
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {
        "description": "The name of the request in our log; the one that was sent, if one was.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Which state this is: for If-None-Match and If-Match.",
        "schema": {"type": "string"},
    },
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri"}},
    "Retry-After": {
        "description": "In how many seconds to send it again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "How to say who you are.",
        "schema": {"type": "string", "enum": ["Bearer"]},
    },
}
# Those that come with a status, beside X-Request-ID, which all answers have.
HEADERS_OF = {
    201: ("Location",),
    202: ("Location",),
    304: ("ETag",),
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
}
