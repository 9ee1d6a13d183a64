"""The shape of every success."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, make_response, request, url_for

from app.pages import Page


def success(data: object, status: int = 200, **more: object) -> Response:
    """Answer with data, and with more beside it where a route has more to say."""
    return make_response(jsonify(status="success", data=data, **more), status)


def collection(data: list[dict[str, Any]], page: Page[Any]) -> Response:
    """Answer with one page of a collection, and how to come to the others."""
    meta = {
        "page": page.page,
        "per_page": page.per_page,
        "total": page.total,
        "pages": page.pages,
    }
    links = {name: url_of_page(number) for name, number in neighbours(page).items()}
    response = make_response(jsonify(status="success", data=data, meta=meta, links=links))
    response.headers["Link"] = ", ".join(
        f'<{url}>; rel="{name}"' for name, url in links.items() if url
    )
    return response


def neighbours(page: Page[Any]) -> dict[str, int | None]:
    """Return the numbers of pages by their relation to this one (RFC 8288); None for no page."""
    last = max(page.pages, 1)
    return {
        "self": page.page,
        "first": 1,
        # From a page past the end, back leads to the last one that has something on it.
        "prev": min(page.page - 1, last) if page.page > 1 else None,
        "next": page.page + 1 if page.page < last else None,
        "last": last,
    }


def url_of_page(number: int | None) -> str | None:
    """Return the address of another page of what was asked for, with the same query otherwise."""
    if number is None:
        return None
    query = urlencode(request.args.to_dict() | {"page": number})
    return (
        url_for(request.endpoint or "", **(request.view_args or {}), _external=True) + f"?{query}"
    )
