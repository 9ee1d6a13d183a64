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
        # BEGIN SOLUTION idempotency: without a key as ever; else claim, work, and keep the answer
        # STARTER: return view(*args, **kwargs)
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        row = claim(checked(key))
        if row.answer:
            return answered(row.answer)
        response = view(*args, **kwargs)
        keep(row, response)
        return response
        # END SOLUTION

    return guarded


# BEGIN SOLUTION idempotency: who claims a key first, and what the others are answered
def checked(key: str) -> str:
    """Return a key.

    Raises:
        ApiError: `IDEMPOTENCY_KEY_INVALID` when it is none.

    """
    if not 0 < len(key) <= IDEMPOTENCY_KEY_LENGTH or not (key.isascii() and key.isprintable()):
        message = f"{HEADER} has to be 1 to {IDEMPOTENCY_KEY_LENGTH} characters of ASCII"
        raise ApiError("IDEMPOTENCY_KEY_INVALID", message, 400)
    return key


def claim(key: str) -> IdempotencyKey:
    """Return the row of a key: a new one, in the transaction of the work; or one with an answer.

    Raises:
        ApiError: `IDEMPOTENCY_KEY_REUSED` when something else was sent with this key,
            `IDEMPOTENCY_KEY_IN_USE` when the same was, and its answer is not known.

    """
    user_id, sent = current_user.id, fingerprint()
    row = IdempotencyKey(user_id=user_id, key=key, fingerprint=sent)
    db.session.add(row)
    try:
        db.session.flush()  # no commit: that is for the work
        return row
    except IntegrityError:
        db.session.rollback()
    query = db.select(IdempotencyKey).filter_by(user_id=user_id, key=key)
    known: IdempotencyKey = db.session.scalars(query).one()
    if known.fingerprint != sent:
        message = f"This {HEADER} was sent with another request; make a new one for each"
        raise ApiError("IDEMPOTENCY_KEY_REUSED", message, 422)
    if known.answer is None:
        message = (
            "This was sent before and is being done, or its answer was lost; look whether it is"
        )
        raise ApiError("IDEMPOTENCY_KEY_IN_USE", message, 409)
    return known


def fingerprint() -> str:
    """Return what a request is told apart by: its method, its path and its body."""
    parts = (request.method, request.path, request.get_data())
    return sha256(repr(parts).encode()).hexdigest()


def keep(row: IdempotencyKey, response: Response) -> None:
    """Keep an answer. The work is committed by now; what has failed is not, nor is its key."""
    headers = {name: response.headers[name] for name in KEPT if name in response.headers}
    row.answer = {
        "status": response.status_code,
        "headers": headers,
        "body": response.get_data(as_text=True),
    }
    commit()


def answered(answer: dict[str, Any]) -> Response:
    """Return an answer that was kept."""
    headers = answer["headers"] | {"Idempotent-Replayed": "true"}
    return make_response(answer["body"], answer["status"], headers)


# END SOLUTION
