"""What every test may ask for by the name of a parameter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app import create_app
from app.extensions import db
from app.models import User
from factories import Header, bearer, make_user
from flask import Flask


@pytest.fixture(autouse=True)
def _push_request_context() -> Iterator[None]:
    """Take the place of pytest-flask's fixture of this name, which does too much for an API.

    It holds one request open around the whole test. `g`, the user of the token and the database
    session would then live on from one request of the client to the next, and a view that forgets
    to commit would look fine. With a bare yield, each request begins with nothing, as in life.
    """
    yield


@pytest.fixture
def app() -> Iterator[Flask]:
    """Make an application with a database of its own, in memory and empty, for one test.

    pytest-flask looks for a fixture of this name, and its `client` sends requests to it.
    """
    app = create_app("testing")
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def file_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Make an application with an empty file as its database: no table yet, for migrations."""
    monkeypatch.setenv("TEST_DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    app = create_app("testing")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def user(app: Flask) -> User:
    """Store somebody with the role user."""
    return make_user(app, "ada")


@pytest.fixture
def admin(app: Flask) -> User:
    """Store somebody with the role admin."""
    return make_user(app, "grace", role="admin")


@pytest.fixture
def as_user(app: Flask, user: User) -> Header:
    """Return the header with which a request is the user's."""
    return bearer(app, user)


@pytest.fixture
def as_admin(app: Flask, admin: User) -> Header:
    """Return the header with which a request is the admin's."""
    return bearer(app, admin)
