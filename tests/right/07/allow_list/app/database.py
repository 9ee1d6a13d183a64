"""The tables, and the command that makes them."""

import datetime as dt

import click
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, ForeignKey, String, Table, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Model(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Model)


class Moment(TypeDecorator):
    """A moment in UTC as a text, which sorts as the moments do."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value and value.strftime("%Y-%m-%dT%H:%M:%S.%f")

    def process_result_value(self, value, dialect):
        # A database that was tampered with may hold another form.
        return value and dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)


def now():
    return dt.datetime.now(dt.UTC)


pairs = Table(
    "pairs",
    Model.metadata,
    Column("task", ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", ForeignKey("tag.id"), primary_key=True),
)


class Person(Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    secret: Mapped[str]
    role: Mapped[str] = mapped_column(default="user")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class Given(Model):
    """A token that was given and not yet taken back."""

    __tablename__ = "given"

    jti: Mapped[str] = mapped_column(primary_key=True)
    ends: Mapped[int]


class Tag(Model):
    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)


class Task(Model):
    __tablename__ = "task"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(150))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    tags: Mapped[list[Tag]] = relationship(secondary=pairs, lazy="selectin")


SAMPLE = [
    ("Refactor with Blueprints", "completed"),
    ("Implement App Factory", "completed"),
    ("Test Refactored API", "pending"),
]


@click.command("init-db")
@click.option("--yes", is_flag=True)
def init_db_command(yes):
    from app.passes import scrambled  # which needs this module

    if inspect(db.engine).get_table_names() and not yes:
        click.confirm("This deletes all tasks. Go on?", abort=True)
    Model.metadata.drop_all(db.engine)
    Model.metadata.create_all(db.engine)
    for name in ("admin", "user") if current_app.config["SAMPLE"] else ():
        email = f"{name}@example.com"
        person = Person(username=name, email=email, role=name, secret=scrambled("password"))
        db.session.add(person)
    db.session.flush()
    for title, status in SAMPLE if current_app.config["SAMPLE"] else ():
        db.session.add(Task(title=title, status=status, owner_id=person.id))
        db.session.flush()
    db.session.commit()
    click.echo("Done.")
