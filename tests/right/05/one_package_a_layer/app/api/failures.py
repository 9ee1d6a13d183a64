"""One handler for everything."""

from flask import current_app, jsonify
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from ..core.store import Missing


class Wrong(Exception):
    """A field that is not right."""


def install(app):
    """Install it."""
    app.errorhandler(Exception)(answer)


def answer(error):
    """Answer any exception."""
    headers = []
    match error:
        case Missing():
            status, code, text = 404, "TASK_NOT_FOUND", str(error)
        case Wrong():
            status, code, text = 400, "INVALID", str(error)
        case StaleDataError():
            status, code, text = 409, "GONE_MEANWHILE", "Look again: it was changed meanwhile."
        case HTTPException():
            status, code, text = error.code, f"HTTP_{error.code}", error.description
            headers = [(k, v) for k, v in error.get_headers() if k != "Content-Type"]
        case _:
            current_app.logger.exception("bug")
            status, code, text = 500, "BUG", "Sorry."
    body = {"status": "error", "error": {"code": code, "message": text, "details": {}}}
    return jsonify(body), status, headers
