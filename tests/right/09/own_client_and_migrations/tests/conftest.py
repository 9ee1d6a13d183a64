"""A database that the revisions have made, copied for each test, and a client."""

import itertools
import shutil

import pytest
from api import Api
from app import create_app
from app.extensions import db
from app.models import User
from flask_migrate import upgrade


@pytest.fixture(autouse=True)
def _push_request_context():
    """Keep pytest-flask from holding a request open."""
    yield


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """Migrate one database from nothing."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_DATABASE_URL", f"sqlite:///{path}")
        app = create_app("testing")
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return path


@pytest.fixture
def app(template, tmp_path, monkeypatch):
    path = tmp_path / "test.db"
    shutil.copy(template, path)
    monkeypatch.setenv("TEST_DATABASE_URL", f"sqlite:///{path}")
    app = create_app("testing")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def new_user(app):
    """Return a function that stores a user, and returns the id."""
    numbers = itertools.count(1)

    def make(role="user", **fields):
        name = f"{role}{next(numbers)}"
        defaults = {"username": name, "email": f"{name}@test.example", "password_hash": "!"}
        with app.app_context():
            user = User(role=role, **(defaults | fields))
            db.session.add(user)
            db.session.commit()
            return user.id

    return make


@pytest.fixture
def api(app, new_user):
    """Return a client that is logged in as a user."""
    return Api(app).logged_in(new_user())


@pytest.fixture
def admin_api(app, new_user):
    return Api(app).logged_in(new_user("admin"))


@pytest.fixture
def anybody(app):
    return Api(app)
