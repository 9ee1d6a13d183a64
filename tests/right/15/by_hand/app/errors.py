"""Every failure that leaves the application, whoever raised it, in one shape."""

from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, request
from marshmallow import ValidationError
from marshmallow.exceptions import SCHEMA
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.hints import hint

Details = dict[str, list[str]]


# Where Werkzeug's name is not the code; nginx answers with this one, too.
CODES = {413: "PAYLOAD_TOO_LARGE"}


class ApiError(Exception):
    """A failure to answer with; raise it where it is noticed.

    Attributes:
        code: for programs; it stays the same.
        message: for people; it says how to put it right.
        status: the HTTP status.
        details: what is wrong, by the name of the field.

    """

    def __init__(
        self, code: str, message: str, status: int, details: Details | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details or {}


def init_app(app: Flask) -> None:
    """Answer every failure in the envelope."""
    app.register_error_handler(ApiError, failure)
    app.register_error_handler(ValidationError, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StaleDataError, overtaken)
    app.register_error_handler(Exception, unexpected_error)


def failure(error: ApiError) -> Response:
    """Answer with what went wrong."""
    body: dict[str, Any] = {"code": error.code, "message": error.message, "details": error.details}
    what_next = hint(error.code)
    if what_next:
        body["hint"] = what_next
    response = make_response(jsonify(status="error", error=body), error.status)
    if error.status == 401:
        # A 401 has to say how to authenticate (RFC 9110, section 15.5.2; RFC 6750, section 3).
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def refused(error: ValidationError) -> Response:
    """Answer what a schema has found, all of it at once."""
    # Sorted, as Marshmallow reports what it does not know in no lasting order.
    found = sorted(error.messages_dict.items(), key=lambda item: str(item[0]))
    details = {str(field): texts(messages) for field, messages in found}
    fields = [field for field in details if field != SCHEMA]
    message = f"Please mend: {', '.join(fields)}" if fields else details[SCHEMA][0]
    return failure(ApiError("VALIDATION_FAILED", message, 422, details))


def texts(found: Any) -> list[str]:
    """Return the messages on one field; those on members of a list say which one it is."""
    if isinstance(found, dict):
        return [f"[{index}]: {text}" for index, inner in found.items() for text in texts(inner)]
    return [str(text) for text in found]


def http_error(error: HTTPException) -> Response:
    """Answer an error that Flask raised, such as an unknown URL or a wrong method."""
    code = CODES.get(error.code or 500) or error.name.upper().replace(" ", "_")
    response = failure(ApiError(code, error.description or error.name, error.code or 500))
    # A 405 must say which methods are allowed (RFC 9110, section 15.5.6); only the error knows.
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers.add(name, value)
    return response


def precondition_failed() -> ApiError:
    """Return the error for a client that does not know the state that it wants to change."""
    message = "This has changed since you have read it; read it again, then retry"
    return ApiError("PRECONDITION_FAILED", message, 412)


def overtaken(_error: StaleDataError) -> Response:
    """Answer a request whose row another request has changed since this one read it."""
    if "If-Match" in request.headers and not request.if_match.star_tag:
        return failure(precondition_failed())
    message = "Somebody changed this at the same time; read it again, then retry"
    return failure(ApiError("CONFLICT", message, 409))


def unexpected_error(error: Exception) -> Response:
    """Answer a bug of ours; also under the debug server, which would show the exception."""
    current_app.logger.error("%s %r failed", request.method, request.path, exc_info=error)
    message = "Something went wrong on our side. It has been logged; please try again later."
    return failure(ApiError("INTERNAL_SERVER_ERROR", message, 500))
