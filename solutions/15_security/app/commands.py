"""What an operator types, or a timer: `flask seed`, `flask purge`."""

from datetime import timedelta
from typing import Any

import click
from flask import Flask, current_app

from app.auth.passwords import hash_password
from app.extensions import commit, db
from app.models import IdempotencyKey, Task, User, utc_now

SAMPLE_USERS = {"admin": "admin", "user": "user"}
SAMPLE_TASKS = {
    "Refactor with Blueprints": ("Move each part of the file into a module.", "completed"),
    "Implement App Factory": ("Make the application in a function.", "completed"),
    "Test Refactored API": ("Ask everything again that worked before.", "pending"),
}


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(seed)
    app.cli.add_command(purge)


@click.command("seed")
def seed() -> None:
    """Fill an empty database of a developer with the sample."""
    if not current_app.config["SAMPLE_DATA"]:
        raise click.ClickException("The sample has passwords that everybody knows: not here.")
    if db.session.scalar(db.select(User.id).limit(1)) is not None:
        click.echo("There are users already; nothing was added.")
        return
    add_sample()
    click.echo(f"Added {len(SAMPLE_USERS)} users and {len(SAMPLE_TASKS)} tasks.")


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
    password_hash = hash_password("password")
    return User(username=name, email=f"{name}@example.com", password_hash=password_hash, role=role)


@click.command("purge")
@click.option("--days", default=90, show_default=True, help="How long ago, at least.")
def purge(days: int) -> None:
    """Remove tasks that are completed, and were changed long ago last; and keys of yesterday."""
    long_ago = utc_now() - timedelta(days=days)
    # Who has not repeated a request within a day, does so no more.
    yesterday = utc_now() - timedelta(days=1)
    db.session.execute(db.delete(IdempotencyKey).where(IdempotencyKey.created_at < yesterday))
    # One statement, however many there are: none of them is read.
    done = db.delete(Task).where(Task.status == "completed", Task.updated_at < long_ago)
    removed: Any = db.session.execute(done)
    commit()
    click.echo(f"Removed {removed.rowcount} tasks.")
