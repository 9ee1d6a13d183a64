"""Rows and tokens in one line: a test names what it is about, and the rest has a default."""

from typing import Any

from app.auth.tokens import begin
from app.extensions import db
from app.models import Tag, Task, User
from flask import Flask
from flask_jwt_extended import create_access_token
from werkzeug.security import generate_password_hash

Header = dict[str, str]

PASSWORD = "correct horse"  # noqa: S105  # of users who are in no database but a test's
# The app's own hashes take a tenth of a second each, which is their purpose. This one is as good
# for a test, cheap, and made once.
CHEAP = "scrypt:1024:8:1"
PASSWORD_HASH = generate_password_hash(PASSWORD, method=CHEAP)


def make_user(app: Flask, username: str, **fields: Any) -> User:
    """Store a user, whose password is PASSWORD, and return it."""
    fields = {"email": f"{username}@example.com", "password_hash": PASSWORD_HASH} | fields
    with app.app_context():
        user = User(username=username, **fields)
        db.session.add(user)
        db.session.commit()
    return user


def make_task(app: Flask, owner: User, *, tags: tuple[str, ...] = (), **fields: Any) -> int:
    """Store a task, with tags that no other task has yet, and return its id."""
    with app.app_context():
        task = Task(**{"title": "Water the plants", "owner_id": owner.id} | fields)
        task.tags = [Tag(name=name) for name in tags]
        db.session.add(task)
        db.session.commit()
        return task.id


def bearer(app: Flask, user: User, *, refresh: bool = False, **options: Any) -> Header:
    """Return the header with a token of a user, without logging in.

    Args:
        app: the application that will read the token.
        user: whose token it is.
        refresh: whether it is a refresh token, and not an access token.
        options: what else Flask-JWT-Extended is told, such as `expires_delta`.

    """
    with app.app_context():
        if refresh:  # it is the last one of a login, and no other one is good
            return {"Authorization": f"Bearer {begin(user)['refresh_token']}"}
        return {"Authorization": f"Bearer {create_access_token(str(user.id), **options)}"}
