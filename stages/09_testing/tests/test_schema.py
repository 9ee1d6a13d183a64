"""The schema: revisions that keep rows, and a seed that knows where it must not be.

The other tests make their tables from the models, which is quicker. Here the revisions run for
real, on a file that is thrown away; one test says that both come to the same.
"""

from typing import Any

import pytest
from app import create_app
from app.extensions import db
from click.testing import Result
from factories import Header, bearer, make_task, make_user
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

# What a database held before there was a due date.
OLD_ROWS = (
    "INSERT INTO users (id, username, email, password_hash, role, created_at)"
    " VALUES (1, 'ada', 'ada@example.com', '!', 'user', '2020-01-01 00:00:00')",
    "INSERT INTO tasks (id, title, description, status, owner_id, created_at, updated_at)"
    " VALUES (1, 'Old', '', 'pending', 1, '2020-01-01 00:00:00', '2020-01-01 00:00:00')",
)


def migrated(app: Flask, *steps: str) -> None:
    """Run revisions: up to a name, or down to it where a `-` stands before."""
    with app.app_context():
        for step in steps:
            downgrade(revision=step[1:]) if step.startswith("-") else upgrade(revision=step)


def task_of(app: Flask, task_id: int, header: Header) -> Any:
    """Return a task as a client sees it."""
    return app.test_client().get(f"/api/tasks/{task_id}", headers=header).json["data"]


def seed(app: Flask) -> Result:
    """Run `flask seed`. Outside of a test, `flask` opens the context that a command works in."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=["seed"])


# TODO test-schema: a task from before the due date is kept by the upgrade, due on no day


# TODO test-schema: down to the first revision and up again keeps tasks and their tags


# TODO test-schema: the revisions make what the models say, and can be undone


# TODO test-schema: the sample is loaded once, and nowhere but on a developer's machine


# TODO test-schema: production does not start without what has to be chosen
