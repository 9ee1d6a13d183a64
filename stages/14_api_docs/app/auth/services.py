"""The rules of users and of tokens that were revoked."""

from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError

from app import versions
from app.auth.passwords import hash_password, is_password
from app.errors import ApiError
from app.extensions import commit, db
from app.models import RevokedToken, User, utc_now


def register(username: str, email: str, password: str) -> User:
    """Store a new user and return it.

    Raises:
        ApiError: `USER_EXISTS` when the name or the address is taken.

    """
    user = User(username=username, email=email.lower(), password_hash=hash_password(password))
    db.session.add(user)
    try:
        commit()
    except IntegrityError as error:
        # Asking before would not help: another request may take the name in between.
        raise already_taken(user) from error
    return user


def already_taken(user: User) -> ApiError:
    """Say what of a user another one has."""
    details = {}
    for field in ("username", "email"):
        query = db.select(User.id).filter_by(**{field: getattr(user, field)})
        if db.session.scalar(query) is not None:
            details[field] = ["Is taken; choose another one."]
    return ApiError("USER_EXISTS", "There is such a user already", 409, details)


def authenticate(username: str, password: str) -> User:
    """Return the user with this name and password.

    Raises:
        ApiError: `INVALID_CREDENTIALS`, the same whether the name or the password is wrong.

    """
    query = db.select(User).filter_by(username=username)
    user: User | None = db.session.scalar(query)
    if not is_password(user.password_hash if user else None, password) or user is None:
        raise ApiError("INVALID_CREDENTIALS", "The user name or the password is wrong", 401)
    return user


def revoke(jti: str, expires: int) -> None:
    """Remember that a token is not to be taken any more, until it would expire by itself.

    Args:
        jti: the id of the token.
        expires: when it expires, seconds since 1970.

    """
    db.session.execute(db.delete(RevokedToken).where(RevokedToken.expires_at < utc_now()))
    db.session.add(RevokedToken(jti=jti, expires_at=datetime.fromtimestamp(expires, UTC)))
    try:
        commit()
    except IntegrityError:
        db.session.rollback()  # two logouts at once: the other one was first


# Made once: putting a query together takes as long as running it.
HOLDER = db.select(
    User,
    db.select(RevokedToken.id).where(RevokedToken.jti == db.bindparam("jti")).exists(),
    versions.NUMBER,
).where(User.id == db.bindparam("user_id"))


def holder(user_id: int | None, jti: str) -> tuple[User | None, bool]:
    """Return the user of a token, and whether the token was revoked.

    Each request asks for both, and nearly each for the version of the tasks: one query for all.

    Args:
        user_id: the id in the token; None where it is no id.
        jti: the id of the token.

    """
    row = db.session.execute(HOLDER, {"user_id": user_id, "jti": jti}).one_or_none()
    if row is None:
        return None, False
    user, is_revoked, number = row
    versions.remember(number)
    return user, is_revoked
