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
    # BEGIN SOLUTION audit: record that somebody registered
    audit.record("registered", user=user.id)
    # END SOLUTION
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
    # BEGIN SOLUTION users: who is not active is refused like somebody who does not exist
    is_right = is_right and user is not None and user.is_active
    # END SOLUTION
    if not is_right or user is None:
        # BEGIN SOLUTION audit: record who it was said to be; no name is longer than USERNAME_LENGTH
        audit.record("login_failed", username=username[:USERNAME_LENGTH])
        # END SOLUTION
        raise ApiError("INVALID_CREDENTIALS", "The user name or the password is wrong", 401)
    # BEGIN SOLUTION audit: record the login
    audit.record("login", user=user.id)
    # END SOLUTION
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
    # BEGIN SOLUTION sessions: one UPDATE decides; who comes second ends the login, and commits that
    # STARTER: new = {"jti": new_jti, "expires_at": expires_at}
    # STARTER: db.session.execute(db.update(Login).where(Login.id == login_id).values(**new))
    # STARTER: commit()
    this = Login.id == login_id
    moved: Any = db.session.execute(
        db.update(Login)
        .where(this, Login.jti == old_jti, Login.is_revoked.is_(False))
        .values(jti=new_jti, expires_at=expires_at)
    )
    if not moved.rowcount:
        db.session.execute(db.update(Login).where(this).values(is_revoked=True))
        # Before the error: what is not committed by then is rolled back with it.
        commit()
        audit.record("token_reused", login=login_id)
        raise ApiError("TOKEN_REVOKED", "This token was used before; log in again", 401)
    commit()
    # END SOLUTION


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
    # BEGIN SOLUTION sessions: a token is revoked with its login, too
    # STARTER: db.select(RevokedToken.id).where(RevokedToken.jti == db.bindparam("jti")).exists(),
    db.select(RevokedToken.id).where(RevokedToken.jti == db.bindparam("jti")).exists()
    | db.select(Login.id).where(Login.id == db.bindparam("login"), Login.is_revoked).exists(),
    # END SOLUTION
    versions.NUMBER,
).where(
    User.id == db.bindparam("user_id"),
    # BEGIN SOLUTION users: only who is active
    User.is_active,
    # END SOLUTION
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
