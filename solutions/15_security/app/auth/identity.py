"""Who has sent a request: found out once, however many ask."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from flask_jwt_extended import current_user, get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import (
    JWTExtendedException,
    NoAuthorizationError,
    WrongTokenError,
)
from jwt.exceptions import PyJWTError

from app.models import User

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Identity:
    """What the token of a request says, when it is good, and else why it is not.

    Attributes:
        user: whose token it is; None without a good one.
        kind: `access` or `refresh`; empty without a good one.
        refusal: what to raise where a token is needed and there is no good one.

    """

    user: User | None = None
    kind: str = ""
    refusal: Exception | None = None


def identity() -> Identity:
    """Return who has sent this request. The token is verified when this is asked first."""
    if "identity" not in g:
        g.identity = verified()
    found: Identity = g.identity
    return found


def verified() -> Identity:
    """Verify the token of this request: signature, end, revocation, and that its user exists."""
    try:
        if verify_jwt_in_request(optional=True, verify_type=False):
            return Identity(current_user, get_jwt()["type"])
    except (JWTExtendedException, PyJWTError) as error:
        return Identity(refusal=error)
    return Identity(refusal=NoAuthorizationError("There is no token"))


def audience() -> str:
    """Return for whom an answer is made: people with the same audience may be given the same.

    The role is part of it: who is no admin any more, may not see what was kept for one.
    """
    user = identity().user
    # BEGIN SOLUTION ownership: the id and the role
    # STARTER: return str(user.id) if user else "nobody"
    return f"{user.role}-{user.id}" if user else "nobody"
    # END SOLUTION


def require_token(*kinds: str) -> None:
    """Let a request go on only with a good token of one of these kinds.

    Raises:
        JWTExtendedException: what is wrong with the token; `tokens` answers it.
        PyJWTError: as above.

    """
    # BEGIN SOLUTION browsers: let OPTIONS pass: a browser asks before it sends the token
    if request.method == "OPTIONS":
        return
    # END SOLUTION
    found = identity()
    if found.refusal:
        raise found.refusal
    if found.kind not in kinds:
        raise WrongTokenError(f"This is a token for: {found.kind}")


def token_required(*kinds: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only requests with a good token of one of these kinds into a view."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require_token(*kinds)
            return view(*args, **kwargs)

        return guarded

    return decorate
