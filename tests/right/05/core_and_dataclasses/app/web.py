"""Failures and request ids."""

import logging
import re
from uuid import uuid4

from flask import Flask, Response, current_app, g, has_app_context, jsonify, request
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound


class TaskNotFound(NotFound):
    """There is no such task."""

    name = "task not found"


class Refused(HTTPException):
    """A field is not right."""

    code = 400
    name = "refused"


def dress(app: Flask) -> None:
    """Add what every answer has."""
    app.register_error_handler(HTTPException, explain)
    app.register_error_handler(Exception, confess)

    @app.before_request
    def take_id() -> None:
        sent = request.headers.get("X-Request-ID", "")
        g.id = sent if re.match(r"[!-~]{1,128}\Z", sent) else str(uuid4())

    @app.after_request
    def give_id(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.id
        return response

    class Formatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            known = g.get("id", "-") if has_app_context() else "-"
            return f"{known} | {super().format(record)}"

    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    app.logger.handlers = [handler]
    app.logger.propagate = False


def explain(error: HTTPException) -> Response:
    """Put an error of Flask, or one of ours, into the envelope."""
    response = Response(status=error.code, headers=error.get_headers())
    told = {
        "code": re.sub(r"\W+", "_", error.name).upper(),
        "message": error.description or error.name,
        "details": {},
    }
    response.set_data(jsonify(status="error", error=told).get_data())
    response.mimetype = "application/json"
    return response


def confess(error: Exception) -> Response:
    """Log a bug, and say that there is one."""
    current_app.logger.critical("bug", exc_info=error)
    return explain(InternalServerError("We are sorry, and have been told."))
