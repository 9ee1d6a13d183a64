"""What an operator types: `flask init-db`."""

import click
from flask import Flask
from sqlalchemy import inspect

from app.extensions import Base, commit, db
from app.models import Task

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
    add_sample()
    click.echo(f"The database is ready, with {len(SAMPLE_TASKS)} tasks.")


def add_sample() -> None:
    """Add the sample tasks."""
    for title, (description, status) in SAMPLE_TASKS.items():
        db.session.add(Task(title=title, description=description, status=status))
    commit()
