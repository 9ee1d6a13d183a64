"""The tables in the classic style, and one class that changes them."""

import datetime as dt

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import joinedload

db = SQLAlchemy(session_options={"expire_on_commit": False})
BIGGEST = 2**63 - 1

has = db.Table(
    "has",
    db.Column("todo", db.Integer, db.ForeignKey("todo.number"), primary_key=True),
    db.Column("label", db.String, db.ForeignKey("label.word"), primary_key=True),
)


def now():
    """Return the time, naive and in UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


class Label(db.Model):
    """A word."""

    word = db.Column(db.String(40), primary_key=True)


class Todo(db.Model):
    """A task by another name."""

    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    number = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(150), nullable=False)
    text = db.Column(db.Text, nullable=False, default="")
    done = db.Column(db.Boolean, nullable=False, default=False)
    created_at = db.Column(db.DateTime, nullable=False, default=now)
    touched = db.Column(db.DateTime, nullable=False, default=now)
    labels = db.relationship(Label, secondary=has)


class Missing(LookupError):
    """There is no such task."""


class Todos:
    """The service, as an object."""

    def all(self, status, tag):
        """Return the tasks."""
        query = db.select(Todo).options(joinedload(Todo.labels))
        if status:
            query = query.filter(Todo.done == (status == "completed"))
        if tag:
            query = query.filter(Todo.labels.any(word=tag))
        return db.session.scalars(
            query.order_by(db.desc(Todo.created_at), db.desc(Todo.number))
        ).unique()

    def one(self, number):
        """Return a task."""
        found = db.session.get(Todo, number) if number <= BIGGEST else None
        if not found:
            raise Missing(f"no task {number}")
        return found

    def save(self, values, todo=None):
        """Store values in a task, a new one where none is given."""
        todo = todo or Todo()
        words = values.pop("labels", None)
        for key, value in values.items():
            setattr(todo, key, value)
        if words is not None:
            todo.labels = [db.session.merge(Label(word=word)) for word in words]
        todo.touched = now()
        db.session.add(todo)
        self.finish()
        return todo

    def drop(self, number):
        """Remove a task."""
        db.session.delete(self.one(number))
        self.finish()

    def finish(self):
        """Commit or roll back."""
        try:
            db.session.commit()
        except Exception:
            db.session.rollback()
            raise
