"""Answers that need not be made again, as they were kept here, or as the client has them."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request
from flask_caching import Cache
from redis import RedisError

from app import entity_tags, versions
from app.auth.identity import audience

cache = Cache()

# The headers that belong to an answer, and not to the request it was made for.
KEPT = ("Content-Type", "ETag", "Link")
# So long a storage that has not answered is left alone.
REST_SECONDS = 5


def init_app(app: Flask) -> None:
    """Bind the cache to the app."""
    cache.init_app(app)
    app.extensions["cache_rests_until"] = 0.0


def answer(make: Callable[[], Response], tag: str = "") -> Response:
    """Answer a read: briefly if the client has it, from the cache if it is there, or make it.

    Args:
        make: makes the answer, with a tag if none is given here. What it raises is not kept.
        tag: the tag of the answer, where it is known before.

    """
    if tag and entity_tags.is_known(tag):
        return not_modified(tag)
    key = key_of_request(tag)
    response = kept(key)
    if response is None:
        response = make()
        keep(key, response)
    if tag:
        entity_tags.tagged(response, tag)
    found = response.get_etag()[0] or ""
    return not_modified(found) if entity_tags.is_known(found) else response


def not_modified(tag: str) -> Response:
    """Answer that the client has it already: no body (RFC 9110, section 15.4.5)."""
    return entity_tags.tagged(Response(status=304), tag)


def private(response: Response) -> Response:
    """Let nobody but the client keep an answer, and let it ask each time whether it is good.

    For all answers of a blueprint, whatever they are: a 404 may be kept, too (RFC 9110, section
    15.5.5).
    """
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.vary.add("Authorization")
    return response


def remembered(name: str, count: Callable[[], Any]) -> Any:
    """Return what was counted under a name since the tasks have changed last, or count it.

    Unlike answers, it is kept under that name alone: whatever it depends on, has to be in it.
    """
    key = f"{entity_tags.FORM}:{name}:{versions.current()}"
    found = attempt(lambda: cache.get(key))
    if found is None:
        found = count()
        attempt(lambda: cache.set(key, found))
    return found


def key_of_request(tag: str) -> str:
    """Return under what an answer is kept: all that it depends on.

    That is what it is made from, by the tag or the version; who asks, as not all may see the same;
    the host, which is in its links; what is asked for, and how, in whatever order.
    """
    query = urlencode(sorted(request.args.items(multi=True), key=lambda pair: pair[0]))
    state = tag or versions.current()
    what = (request.host_url, request.endpoint, request.view_args, query)
    return sha256(repr((entity_tags.FORM, state, audience(), what)).encode()).hexdigest()


def keep(key: str, response: Response) -> None:
    """Keep an answer that was made, if it is a good one."""
    response.headers["X-Cache"] = "MISS"
    if response.status_code == 200:
        headers = {name: response.headers[name] for name in KEPT if name in response.headers}
        entry = {"body": response.get_data(as_text=True), "headers": headers}
        attempt(lambda: cache.set(key, entry))


def kept(key: str) -> Response | None:
    """Return the answer that was kept; None when there is none."""
    entry = attempt(lambda: cache.get(key))
    if entry is None:
        return None
    return Response(entry["body"], headers=entry["headers"] | {"X-Cache": "HIT"})


def attempt(ask: Callable[[], Any]) -> Any:
    """Ask the storage of the cache; when it is gone, return None, as if it knew nothing."""
    if time.monotonic() < current_app.extensions["cache_rests_until"]:
        return None
    try:
        return ask()
    except RedisError as error:
        # Asked at each request, a storage that hangs would cost each of them the timeout.
        current_app.extensions["cache_rests_until"] = time.monotonic() + REST_SECONDS
        current_app.logger.warning("The cache is gone: %s", type(error).__name__)
        return None
