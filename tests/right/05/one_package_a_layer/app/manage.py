"""The command."""

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect

from .core.store import Todo, db


@click.command("init-db", help="Create the tables and the sample.")
@click.option("-y", "--yes", "sure", is_flag=True)
@with_appcontext
def database(sure):
    """Refuse without --yes as soon as there are tables."""
    if not sure and inspect(db.engine).get_table_names():
        sys.exit("There may be data. Say --yes to lose it.")
    db.drop_all()
    db.create_all()
    rows = [("Refactor with Blueprints", True), ("Implement App Factory", True)]
    rows.append(("Test Refactored API", False))
    db.session.add_all(Todo(title=t, text=f"{t}!", done=d) for t, d in rows)
    db.session.commit()
