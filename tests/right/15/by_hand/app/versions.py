"""How far the tasks have come: a number that moves with each change, whoever makes it.

It is moved in the transaction of the change, so that nobody sees the one without the other.
"""

import time
from typing import Any

from flask import g
from sqlalchemy import Connection, Result, event
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from app.extensions import db
from app.models import Task, Version

TASKS = "tasks"
# As a part of another query, so that it costs no query of its own.
NUMBER = db.select(Version.number).where(Version.name == TASKS).scalar_subquery()


def current() -> int:
    """Return the number as it was when this request began to read.

    It is read before the tasks are: so what is read after it is at least as new as the number.
    """
    if "version" not in g:
        remember(db.session.scalar(db.select(NUMBER)))
    number: int = g.version
    return number


def remember(number: int | None) -> None:
    """Keep the number for the rest of this request; 0 where nothing has ever been changed."""
    g.version = number or 0


def move(connection: Connection | Session) -> None:
    """Move the number on."""
    statement = db.update(Version).where(Version.name == TASKS)
    moved: Any = connection.execute(statement.values(number=Version.number + 1))
    if not moved.rowcount:
        connection.execute(db.insert(Version).values(name=TASKS, number=int(time.time())))


@event.listens_for(Task, "after_insert")
@event.listens_for(Task, "after_update")
@event.listens_for(Task, "after_delete")
def move_with_a_task(_mapper: Mapper[Task], connection: Connection, _task: Task) -> None:
    """Move the number with a task that a session has written."""
    move(connection)


@event.listens_for(db.session, "do_orm_execute")
def move_with_many_tasks(state: ORMExecuteState) -> Result[Any] | None:
    """Move the number with a statement that writes tasks without reading them.

    Their own versions as well: a session moves those of the rows that it writes one by one.
    """
    writes = state.is_insert or state.is_update or state.is_delete
    if not writes or not state.bind_mapper or state.bind_mapper.class_ is not Task:
        return None
    statement: Any = state.statement
    if state.is_update:
        statement = statement.values(version=Task.version + 1)
    # The tasks first, then the number, as above: who locks in one order waits in no circle.
    result = state.invoke_statement(statement=statement)
    move(state.session)
    return result
