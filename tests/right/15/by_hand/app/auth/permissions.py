"""What a user may do, looked up when it is asked: a token may be older than a demotion."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request
from flask_jwt_extended import current_user

from app import audit
from app.errors import ApiError

P = ParamSpec("P")
R = TypeVar("R")


def require_role(role: str) -> None:
    """Let a request go on only if its user has a role.

    Raises:
        ApiError: `FORBIDDEN` when not.

    """
    if request.method != "OPTIONS" and current_user.role != role:
        audit.record("forbidden", user=current_user.id, path=request.path)
        raise ApiError("FORBIDDEN", f"This needs the role {role}", 403)


def role_required(role: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only users with a role into a view, which needs an access token already."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require_role(role)
            return view(*args, **kwargs)

        return guarded

    return decorate
