"""The rules of tasks and their transactions. Nothing here knows of HTTP, but for the errors."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app.errors import ApiError
from app.extensions import commit, db
from app.models import MAX_ID, Tag, Task, utc_now


def list_tasks(status: str | None = None, tag: str | None = None) -> Sequence[Task]:
    """Return the tasks, newest first; those of a status or with a tag, where one is given."""
    # BEGIN SOLUTION read-tasks: query the tasks as in stage 4: newest first, filtered, tags loaded
    # STARTER: raise ApiError("NOT_IMPLEMENTED", "Listing tasks is not built yet", 501)
    query = db.select(Task).order_by(Task.created_at.desc(), Task.id.desc())
    if status is not None:
        query = query.where(Task.status == status)
    if tag is not None:
        query = query.where(Task.tags.any(Tag.name == tag))
    return db.session.scalars(query.options(selectinload(Task.tags))).all()
    # END SOLUTION


def get_task(task_id: int) -> Task:
    """Return a task.

    Raises:
        ApiError: `TASK_NOT_FOUND` when there is none.

    """
    # BEGIN SOLUTION read-tasks: get the task by its id; raise TASK_NOT_FOUND, also above MAX_ID
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Finding task {task_id} is not built yet", 501)
    task = db.session.get(Task, task_id) if task_id <= MAX_ID else None
    if task is None:
        raise ApiError("TASK_NOT_FOUND", f"Task with ID {task_id} not found", 404)
    return task
    # END SOLUTION


def create_task(fields: dict[str, Any]) -> Task:
    """Store a new task and return it."""
    # BEGIN SOLUTION write-tasks: make a task, set its fields, add it and commit
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Storing {fields} is not built yet", 501)
    task = Task()
    set_fields(task, fields)
    db.session.add(task)
    commit()
    return task
    # END SOLUTION


def update_task(task_id: int, fields: dict[str, Any]) -> Task:
    """Set fields of a stored task, the others stay as they are; return it."""
    # BEGIN SOLUTION write-tasks: get the task, set its fields, move updated_at, and commit
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Changing task {task_id} is not built yet", 501)
    task = get_task(task_id)
    set_fields(task, fields)
    # onupdate sees only this table's columns: new tags alone, or equal values, would not move it.
    task.updated_at = utc_now()
    commit()
    return task
    # END SOLUTION


def delete_task(task_id: int) -> None:
    """Remove a task."""
    # BEGIN SOLUTION write-tasks: get the task, delete it, and commit
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Deleting task {task_id} is not built yet", 501)
    db.session.delete(get_task(task_id))
    commit()
    # END SOLUTION


def set_fields(task: Task, fields: dict[str, Any]) -> None:
    """Set fields of a task, with tags in the place of their names."""
    if "tags" in fields:
        fields = fields | {"tags": tags_named(fields["tags"])}
    for field, value in fields.items():
        setattr(task, field, value)


def tags_named(names: list[str]) -> list[Tag]:
    """Return the tags with these names; those that do not exist yet are added."""
    known = {tag.name: tag for tag in db.session.scalars(db.select(Tag).where(Tag.name.in_(names)))}
    return [known.get(name) or add_tag(name) for name in names]


def add_tag(name: str) -> Tag:
    """Add a tag, or return the one that another request has added in the meantime."""
    tag = Tag(name=name)
    try:
        with db.session.begin_nested():  # a savepoint: a duplicate undoes this insert only
            db.session.add(tag)
    except IntegrityError:
        tag = db.session.scalars(db.select(Tag).filter_by(name=name)).one()
    return tag
