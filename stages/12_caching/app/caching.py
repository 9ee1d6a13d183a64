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
from app.auth.identity import identity

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
    # TODO caching: take what was kept; else make it, and keep it; say which it was
    response = make()
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
    # TODO private: Cache-Control with private and no-cache; Vary with Authorization
    return response


def remembered(name: str, count: Callable[[], Any]) -> Any:
    """Return what was counted under a name since the tasks have changed last, or count it.

    Unlike answers, it is kept once for all users.
    """
    # TODO caching: look under the name and the version; else count it, and keep it
    return count()


# TODO caching: the key of an answer, how it is kept, and how it is taken out again


def attempt(ask: Callable[[], Any]) -> Any:
    """Ask the storage of the cache; when it is gone, return None, as if it knew nothing."""
    # TODO cache-storage: catch RedisError, log it, and let the storage rest
    return ask()
