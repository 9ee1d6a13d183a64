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


# TODO etags: move the number with each task that is inserted, updated or deleted
