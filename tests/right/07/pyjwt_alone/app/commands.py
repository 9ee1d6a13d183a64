"""What an operator types: `flask init-db`."""

import click
from flask import Flask, current_app
from sqlalchemy import inspect
from werkzeug.security import generate_password_hash

from app.extensions import Base, commit, db
from app.models import Task, User

SAMPLE_USERS = {"admin": "admin", "user": "user"}
SAMPLE_TASKS = {
    "Refactor with Blueprints": ("Move each part of the file into a module.", "completed"),
    "Implement App Factory": ("Make the application in a function.", "completed"),
    "Test Refactored API": ("Ask everything again that worked before.", "pending"),
}


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(init_db)


@click.command("init-db")
@click.option("--yes", is_flag=True, help="Delete what is there without asking.")
def init_db(yes: bool) -> None:
    """Make the tables and fill them with the sample."""
    if inspect(db.engine).has_table(Task.__tablename__):
        count = db.session.scalar(db.select(db.func.count(Task.id)))
        if not yes:
            click.confirm(f"Delete the database with its {count} tasks?", abort=True)
        Base.metadata.drop_all(db.engine)
    Base.metadata.create_all(db.engine)
    if current_app.config["SAMPLE_DATA"]:
        add_sample()
    click.echo("The database is ready.")


def add_sample() -> None:
    """Add the sample: two users whose password everybody knows, and the tasks of one of them."""
    users = {name: sample_user(name, role) for name, role in SAMPLE_USERS.items()}
    db.session.add_all(users.values())
    db.session.flush()  # which gives them ids
    for title, (description, status) in SAMPLE_TASKS.items():
        owner_id = users["user"].id
        db.session.add(Task(title=title, description=description, status=status, owner_id=owner_id))
    commit()


def sample_user(name: str, role: str) -> User:
    """Return a user of the sample."""
    password_hash = generate_password_hash("password", "pbkdf2:sha256:200000")
    return User(username=name, email=f"{name}@example.com", password_hash=password_hash, role=role)
