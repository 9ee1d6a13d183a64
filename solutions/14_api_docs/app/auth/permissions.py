"""What a user may do, looked up when it is asked: a token may be older than a demotion."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask_jwt_extended import current_user

from app.errors import ApiError

P = ParamSpec("P")
R = TypeVar("R")


def role_required(role: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only users with a role into a view, which needs an access token already."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            # BEGIN SOLUTION admin-only: raise FORBIDDEN (403) unless the user has the role
            if current_user.role != role:
                raise ApiError("FORBIDDEN", f"This needs the role {role}", 403)
            # END SOLUTION
            return view(*args, **kwargs)

        return guarded

    return decorate
