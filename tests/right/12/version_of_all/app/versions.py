"""Counts commits that touch tasks. Written for the tests of the workshop: another right way."""

from typing import Any

from flask import g
from sqlalchemy import event

from app.extensions import db
from app.models import Task, Version

NUMBER = db.select(Version.number).where(Version.name == "tasks").scalar_subquery()


def current() -> int:
    """Return the number."""
    if not hasattr(g, "version"):
        remember(db.session.execute(db.select(NUMBER)).scalar())
    return int(g.version)


def remember(number: int | None) -> None:
    """Keep it for this request."""
    g.version = number or 0


def count(session: Any) -> None:
    """Count one more commit."""
    row = session.get(Version, "tasks", with_for_update=True)
    if row is None:
        session.add(Version(name="tasks", number=1_000))
    else:
        session.execute(db.text("UPDATE versions SET number = number + 1 WHERE name = 'tasks'"))


@event.listens_for(db.session, "before_flush")
def flushed(session: Any, _context: Any, _instances: Any) -> None:
    """Count what a session is about to write."""
    touched = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    if any(isinstance(one, Task) for one in touched):
        with session.no_autoflush:
            count(session)


@event.listens_for(db.session, "do_orm_execute")
def executed(state: Any) -> None:
    """Count statements as well."""
    mapper = state.bind_mapper
    if not state.is_select and mapper is not None and issubclass(mapper.class_, Task):
        count(state.session)
