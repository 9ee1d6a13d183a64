"""Failures and how they are answered."""

from flask import jsonify
from werkzeug.exceptions import HTTPException, InternalServerError


class Problem(Exception):
    def __init__(self, status, code, message, details=None):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.details = details or {}


class Faults(dict):
    """Messages by field, collected while a request is checked."""

    def add(self, field, message):
        self.setdefault(field, []).append(message)

    def raise_if_any(self):
        if self:
            raise Problem(422, "VALIDATION_FAILED", f"{len(self)} fields are wrong", dict(self))


def envelope(status, code, message, details):
    error = {"code": code, "message": message, "details": details}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return jsonify({"status": "error", "error": error}), status, headers


def answer_problem(problem):
    return envelope(problem.status, problem.code, problem.message, problem.details)


def answer_http(error):
    if not isinstance(error, HTTPException):
        error = InternalServerError(original_exception=error)
        return answer_bug(error)
    body, status, _ = envelope(
        error.code, error.name.upper().replace(" ", "_"), error.description, {}
    )
    for name, value in error.get_headers():
        if name != "Content-Type":
            body.headers[name] = value
    return body, status


def answer_bug(error):
    return envelope(500, "BUG", "This is our fault, not yours; please try later", {})
