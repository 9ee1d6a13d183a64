"""The rules of the administration of users."""

from typing import Any

from app import audit
from app.errors import ApiError
from app.extensions import commit, db
from app.models import MAX_ID, User
from app.pages import Page


def list_users(*, page: int = 1, per_page: int = 20, q: str = "") -> Page[User]:
    """Return a page of the users, by their names.

    Args:
        page: which page, from 1 on; one past the end is empty.
        per_page: how many users are on a page.
        q: only users with this text in their name or address, in whatever case.

    """
    query = db.select(User)
    if q:
        found = User.username.icontains(q, autoescape=True)
        query = query.where(found | User.email.icontains(q, autoescape=True))
    total = db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(User.username, User.id).limit(per_page).offset((page - 1) * per_page)
    return Page(list(db.session.scalars(rows)), page, per_page, total)


def get_user(user_id: int) -> User:
    """Return a user.

    Raises:
        ApiError: `USER_NOT_FOUND` when there is none.

    """
    user = db.session.get(User, user_id) if user_id <= MAX_ID else None
    if user is None:
        raise ApiError("USER_NOT_FOUND", f"User with ID {user_id} not found", 404)
    return user


def change_user(user: User, admin: User, changes: dict[str, Any]) -> User:
    """Change what an admin may change of a user; return the user.

    Raises:
        ApiError: `NOT_ONESELF` when an admin would take the way back from themselves.

    """
    # TODO users: refuse oneself (409), set the fields, commit, and record it
    raise NotImplementedError
