"""The shape of every success."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, make_response, request, url_for
from flask_sqlalchemy.pagination import Pagination


def success(data: object, status: int = 200) -> Response:
    """Answer with data."""
    return make_response(jsonify(status="success", data=data), status)


def collection(data: list[dict[str, Any]], page: Pagination) -> Response:
    """Answer with one page of a collection, and how to come to the others."""
    # TODO page-links: answer with data, meta and links, and with a Link header
    return success(data)


# TODO page-links: return the pages that a client may want next, by their relation
