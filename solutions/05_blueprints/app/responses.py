"""The shape of every success."""

from flask import Response, jsonify, make_response


def success(data: object, status: int = 200) -> Response:
    """Answer with data."""
    return make_response(jsonify(status="success", data=data), status)
