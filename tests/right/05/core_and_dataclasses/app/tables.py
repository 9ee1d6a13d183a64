"""Tables without classes, an engine for each app, and the command that makes them."""

import click
from flask import Flask, current_app
from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
)

metadata = MetaData()
task = Table(
    "task",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(150), nullable=False),
    Column("description", String, nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    sqlite_autoincrement=True,
)
tag = Table("tag", metadata, Column("name", String, primary_key=True))
tagged = Table(
    "tagged",
    metadata,
    Column("task", ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", ForeignKey("tag.name"), primary_key=True),
)


def engine() -> Engine:
    """Return the engine of the app in charge."""
    return current_app.extensions["engine"]


def connect(app: Flask) -> None:
    """Give an app its engine, which connects at the first query."""
    made = app.extensions["engine"] = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    event.listen(made, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = 1"))

    @app.cli.command("init-db")
    @click.option("-y", "--yes", is_flag=True)
    def init_db(*, yes: bool) -> None:
        from app.todo import sample

        if inspect(made).get_table_names():
            if not yes and not click.confirm("All that is in there goes. Sure?"):
                raise SystemExit("Nothing was touched.")
            metadata.drop_all(made)
        metadata.create_all(made)
        sample()
        click.echo("Ready.")
