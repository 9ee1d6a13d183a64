"""The rules of users and of tokens that were revoked."""

from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError

from app.auth.passwords import hash_password, is_password
from app.errors import ApiError
from app.extensions import commit, db
from app.models import RevokedToken, User, utc_now


def register(username: str, email: str, password: str) -> User:
    """Store a new user and return it.

    Raises:
        ApiError: `USER_EXISTS` when the name or the address is taken.

    """
    # TODO register-user: add the user and commit; an IntegrityError means it is taken
    raise ApiError("NOT_IMPLEMENTED", f"Storing {username} is not built yet", 501)


# TODO register-user: return the error 409, which says what is taken


def authenticate(username: str, password: str) -> User:
    """Return the user with this name and password.

    Raises:
        ApiError: `INVALID_CREDENTIALS`, the same whether the name or the password is wrong.

    """
    # TODO login-user: find the user, check the password, and refuse both in one way
    raise ApiError("NOT_IMPLEMENTED", f"Logging {username} in is not built yet", 501)


def revoke(jti: str, expires: int) -> None:
    """Remember that a token is not to be taken any more, until it would expire by itself.

    Args:
        jti: the id of the token.
        expires: when it expires, seconds since 1970.

    """
    # TODO logout: store the token's id, and commit; a second logout is no error
    raise ApiError("NOT_IMPLEMENTED", f"Revoking {jti} is not built yet", 501)


def is_revoked(jti: str) -> bool:
    """Tell whether a token was revoked."""
    # TODO logout: look for the token's id
    return False
