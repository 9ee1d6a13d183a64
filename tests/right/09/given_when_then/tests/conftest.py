"""One application for the whole run; after each test every table is emptied."""

import pytest
from app import create_app
from app.extensions import db
from steps import World


@pytest.fixture(scope="session")
def one_app():
    app = create_app("testing")
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture
def world(one_app):
    """Return a scenario with one user, ann, who acts, and one admin, bob."""
    world = World(one_app)
    world.given_a("user", "ann")
    world.given_a("admin", "bob")
    world.when_acting_as("ann")
    yield world
    with one_app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(db.delete(table))
        db.session.commit()


@pytest.fixture
def file_world(tmp_path, monkeypatch):
    """Return a scenario on a file without any table."""
    monkeypatch.setenv("TEST_DATABASE_URL", f"sqlite:///{tmp_path}/scenario.db")
    app = create_app("testing")
    yield World(app)
    with app.app_context():
        db.engine.dispose()
