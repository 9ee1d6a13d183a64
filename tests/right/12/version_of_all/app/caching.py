"""Caching by a decorator of functions. Written for the tests of the workshop: another right way."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request
from flask_caching import Cache
from flask_jwt_extended import current_user

from app import versions
from app.entity_tags import hashed

cache = Cache()


def init_app(app: Flask) -> None:
    """Bind it."""
    cache.init_app(app)
    app.after_request(for_its_reader)


def for_its_reader(response: Response) -> Response:
    """Say of all that is under /api/ whose it is."""
    if request.path.startswith("/api/"):
        response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
        response.headers["Vary"] = "Accept, Authorization"
    return response


def tolerant(call: Callable[[], Any]) -> Any:
    """Call, and live with a failure."""
    try:
        return call()
    except Exception as error:
        current_app.logger.warning("cache: %s", type(error).__qualname__)
        return None


def remembered(name: str, count: Callable[[], Any]) -> Any:
    """Return a value that was computed for this version."""
    key = f"value {name} {versions.current()}"
    value = tolerant(lambda: cache.get(key))
    if value is None:
        value = count()
        tolerant(lambda: cache.set(key, value, timeout=60))
    return value


def answer(make: Callable[[], Response], tag: str = "") -> Response:
    """Answer with or without making."""
    words = sorted(request.args.lists())
    key = hashed(
        versions.current(),
        tag and tag[:0],
        current_user.id,
        request.host_url,
        request.path.rstrip("/"),
        words,
        tag if "stats" in request.path else "",
    )
    entry = tolerant(lambda: cache.get(key))
    state = "HIT" if entry else "MISS"
    if not entry and not (tag and request.if_none_match.contains_weak(tag)):
        made = make()
        entry = [made.get_data(as_text=True), made.headers.get("ETag"), made.headers.get("Link")]
        tolerant(lambda: cache.set(key, entry))
    text, own, link = entry or ["", None, None]
    response = Response(text, content_type="application/json")
    response.headers["X-Cache"] = state
    response.headers["ETag"] = f'"{tag}"' if tag else str(own)
    if link:
        response.headers["Link"] = link
    return response.make_conditional(request)
