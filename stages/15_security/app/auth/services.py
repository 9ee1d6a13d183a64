"""The rules of users and of tokens that were revoked."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from app import audit, versions
from app.auth.passwords import hash_password, is_password
from app.errors import ApiError
from app.extensions import commit, db
from app.models import USERNAME_LENGTH, Login, RevokedToken, User, utc_now


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
    # TODO audit: record that somebody registered
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
    is_right = is_password(user.password_hash if user else None, password)
    # TODO users: who is not active is refused like somebody who does not exist
    if not is_right or user is None:
        # TODO audit: record who it was said to be; no name is longer than USERNAME_LENGTH
        raise ApiError("INVALID_CREDENTIALS", "The user name or the password is wrong", 401)
    # TODO audit: record the login
    return user


def begin_login(login_id: str, user_id: int, jti: str, expires_at: datetime) -> None:
    """Remember a login, and its first refresh token."""
    db.session.execute(db.delete(Login).where(Login.expires_at < utc_now()))
    db.session.add(Login(id=login_id, user_id=user_id, jti=jti, expires_at=expires_at))
    commit()


def rotate(login_id: str, old_jti: str, new_jti: str, expires_at: datetime) -> None:
    """Put a new refresh token in the place of the last one, which is good for nothing from now on.

    Raises:
        ApiError: `TOKEN_REVOKED` when it is not the last one: somebody has used it before. One of
            both is a thief, and nobody knows which: the whole login ends.

    """
    # TODO sessions: one UPDATE decides; who comes second ends the login, and commits that
    new = {"jti": new_jti, "expires_at": expires_at}
    db.session.execute(db.update(Login).where(Login.id == login_id).values(**new))
    commit()


def end_login(login_id: str) -> None:
    """End a login: its refresh tokens and its access tokens are revoked."""
    db.session.execute(db.update(Login).where(Login.id == login_id).values(is_revoked=True))
    commit()


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
    # TODO sessions: a token is revoked with its login, too
    db.select(RevokedToken.id).where(RevokedToken.jti == db.bindparam("jti")).exists(),
    versions.NUMBER,
).where(
    User.id == db.bindparam("user_id"),
    # TODO users: only who is active
)


def holder(user_id: int | None, jti: str, login: str | None) -> tuple[User | None, bool]:
    """Return the user of a token, and whether the token was revoked.

    Each request asks for both, and nearly each for the version of the tasks: one query for all.

    Args:
        user_id: the id in the token; None where it is no id.
        jti: the id of the token.
        login: the login that it came from; None where it names none.

    """
    asked = {"user_id": user_id, "jti": jti, "login": login}
    row = db.session.execute(HOLDER, asked).one_or_none()
    if row is None:
        return None, False
    user, is_revoked, number = row
    versions.remember(number)
    return user, is_revoked
