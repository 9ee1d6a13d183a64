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


# BEGIN SOLUTION test-schema: a task from before the due date is kept by the upgrade, due on no day
def test_an_upgrade_keeps_old_tasks_which_are_due_on_no_day(file_app: Flask) -> None:
    migrated(file_app, "0001")
    with file_app.app_context():
        for statement in OLD_ROWS:
            db.session.execute(text(statement))
        db.session.commit()

    migrated(file_app, "head")

    with file_app.app_context():
        rows = db.session.execute(text("SELECT title, due_date FROM tasks")).all()
    assert [tuple(row) for row in rows] == [("Old", None)]


# END SOLUTION


# BEGIN SOLUTION test-schema: down to the first revision and up again keeps tasks and their tags
def test_down_and_up_again_keeps_tasks_and_tags(file_app: Flask) -> None:
    migrated(file_app, "head")
    owner = make_user(file_app, "ada")
    header = bearer(file_app, owner)
    task_id = make_task(file_app, owner, tags=("home",))
    before = task_of(file_app, task_id, header)

    migrated(file_app, "-0001", "head")

    assert task_of(file_app, task_id, header) == before


# END SOLUTION


# BEGIN SOLUTION test-schema: the revisions make what the models say, and can be undone
def test_models_and_revisions_agree(file_app: Flask) -> None:
    migrated(file_app, "head")

    result = file_app.test_cli_runner().invoke(args=["db", "check"])

    assert result.exit_code == 0, result.output


def test_revisions_leave_no_table_behind(file_app: Flask) -> None:
    migrated(file_app, "head", "-base")

    with file_app.app_context():
        assert db.inspect(db.engine).get_table_names() == ["alembic_version"]


# END SOLUTION


# BEGIN SOLUTION test-schema: the sample is loaded once, and nowhere but on a developer's machine
@pytest.mark.usefixtures("quick_hashes")
def test_the_sample_is_loaded_once(file_app: Flask) -> None:
    migrated(file_app, "head")
    file_app.config["SAMPLE_DATA"] = True

    assert [seed(file_app).exit_code for _ in range(2)] == [0, 0]

    with file_app.app_context():
        users = db.session.scalars(text("SELECT username FROM users ORDER BY username")).all()
    assert users == ["admin", "user"]


@pytest.mark.usefixtures("quick_hashes")
def test_the_sample_is_for_development_alone(app: Flask) -> None:
    assert seed(app).exit_code != 0

    with app.app_context():
        assert db.session.scalars(text("SELECT username FROM users")).all() == []


# END SOLUTION


# BEGIN SOLUTION test-schema: production does not start without what has to be chosen
def test_production_does_not_start_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        create_app("production")


def test_a_configuration_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="development, testing, production"):
        create_app("holidays")


# END SOLUTION
