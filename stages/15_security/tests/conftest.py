"""What every test may ask for by the name of a parameter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app import create_app
from app.auth import passwords
from app.caching import cache
from app.extensions import db
from app.limits import limiter
from app.models import User
from factories import CHEAP, Header, bearer, make_user
from flask import Flask
from werkzeug.security import generate_password_hash


@pytest.fixture(autouse=True)
def _push_request_context() -> Iterator[None]:
    """Take the place of pytest-flask's fixture of this name, which does too much for an API.

    It holds one request open around the whole test. `g`, the user of the token and the database
    session would then live on from one request of the client to the next, and a view that forgets
    to commit would look fine. With a bare yield, each request begins with nothing, as in life.
    """
    yield


@pytest.fixture(scope="session")
def shared_app() -> Iterator[Flask]:
    """Make an application once for all tests, with a database in memory.

    A new one for each test would be as right, and half as fast. Sharing is safe because of what
    is not shared: no context stays open, and nothing that a test does stays in the database.
    """
    app = create_app("testing")
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Flask:
    """Return the application with an empty database, and nothing counted yet.

    pytest-flask looks for a fixture of this name, and its `client` sends requests to it.
    """
    with shared_app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
    limiter.reset()
    with shared_app.app_context():
        cache.clear()
    return shared_app


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


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app hash passwords in a moment, in tests that are about something else."""

    def hashed(password: str, **_: str) -> str:
        return generate_password_hash(password, method=CHEAP)

    monkeypatch.setattr(passwords, "generate_password_hash", hashed)
