"""Requests that are done once, however often they are sent: the header `Idempotency-Key`.

A client that has heard nothing does not know whether its POST was done. With a key of its own
making it can send it again. The key is stored in the transaction of the work itself: there is never
the one without the other.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, ParamSpec

from flask import Response, make_response, request
from flask_jwt_extended import current_user
from sqlalchemy.exc import IntegrityError

from app.errors import ApiError
from app.extensions import commit, db
from app.models import IDEMPOTENCY_KEY_LENGTH, IdempotencyKey

P = ParamSpec("P")

HEADER = "Idempotency-Key"
# The headers that belong to an answer, and not to the request that it was made for.
KEPT = ("Content-Type", "Location", "ETag")


def once(view: Callable[P, Response]) -> Callable[P, Response]:
    """Let a view do its work once for each key of a user, and answer the same from then on."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        # TODO idempotency: without a key as ever; else claim, work, and keep the answer
        return view(*args, **kwargs)

    return guarded


# TODO idempotency: who claims a key first, and what the others are answered
