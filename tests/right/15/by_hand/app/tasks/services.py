"""The rules of tasks and their transactions. Nothing here knows of HTTP, but for the errors."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app import audit
from app.errors import ApiError
from app.extensions import commit, db
from app.jobs import services as jobs
from app.models import MAX_ID, STATUSES, Job, Tag, Task, User, utc_now
from app.pages import Page

# What is appended to the description of a task that was processed.
PROCESSED = " [Processed]"


def may_see(viewer: User) -> ColumnElement[bool]:
    """Return the condition for the tasks that a user may see: one's own, and an admin's are all."""
    everything = db.session.scalar(db.select(User.role).where(User.id == viewer.id)) == "admin"
    return db.or_(db.literal(everything), Task.owner_id.in_([viewer.id]))


def list_tasks(
    viewer: User,
    *,
    page: int = 1,
    per_page: int = 20,
    sort: Sequence[str] = (),
    status: str | None = None,
    tag: str | None = None,
    due_before: date | None = None,
    q: str = "",
) -> Page[Task]:
    """Return a page of the tasks that a user may see.

    Args:
        viewer: who asks.
        page: which page, from 1 on; one past the end is empty.
        per_page: how many tasks are on a page.
        sort: names of columns, the most important one first; a `-` turns one round.
        status: if given, only tasks of this status.
        tag: if given, only tasks with the tag of this name.
        due_before: if given, only tasks that are due before this day.
        q: only tasks with this text in their title or description, in whatever case.

    """
    # The number of all of them comes with each row, so that it costs no second query.
    query = db.select(Task, db.func.count().over()).options(selectinload(Task.tags))
    query = query.where(may_see(viewer))
    if status is not None:
        query = query.where(Task.status == status)
    if tag is not None:
        query = query.where(Task.tags.any(Tag.name == tag))
    if due_before is not None:
        query = query.where(Task.due_date < due_before)
    if q:
        found = Task.title.icontains(q, autoescape=True)
        query = query.where(found | Task.description.icontains(q, autoescape=True))
    query = query.order_by(*[ordering(name) for name in sort])
    # Where all else is equal the id decides, or a task could be on two pages, and another on none.
    query = query.order_by(Task.id.desc())
    offset = (page - 1) * per_page
    rows = db.session.execute(query.limit(per_page).offset(offset)).all()
    total = rows[0][1] if rows else number_of(query) if offset else 0
    return Page([task for task, _ in rows], page, per_page, total)


def number_of(query: Select[Any]) -> int:
    """Return how many rows a query finds, for a page past the end, which has none to tell it."""
    return db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0


def ordering(name: str) -> ColumnElement[Any]:
    """Return how to sort by a column, downwards where its name begins with `-`."""
    column: ColumnElement[Any] = getattr(Task, name.removeprefix("-"))
    ordered = column.desc() if name.startswith("-") else column.asc()
    # Databases differ in where they put what is missing.
    return ordered.nulls_last()


def count_tasks(viewer: User, today: date) -> dict[str, int]:
    """Return how many tasks a user may see, of each status and in all, and how many are overdue.

    Args:
        viewer: who asks.
        today: a pending task that was due before this day is overdue.

    """
    overdue = db.func.count().filter(Task.due_date < today)
    query = db.select(Task.status, db.func.count(), overdue).group_by(Task.status)
    query = query.where(may_see(viewer))
    found = {status: (count, late) for status, count, late in db.session.execute(query)}
    counts = {status: found.get(status, (0, 0))[0] for status in STATUSES}
    return counts | {"total": sum(counts.values()), "overdue": found.get("pending", (0, 0))[1]}


def get_task(task_id: int, viewer: User) -> Task:
    """Return a task that a user may see.

    Raises:
        ApiError: `TASK_NOT_FOUND` when there is none, or it is somebody else's: who is told which
            of both it is, learns of the tasks of others.

    """
    task: Task | None = None
    if task_id <= MAX_ID:
        task = db.session.scalar(db.select(Task).where(Task.id == task_id, may_see(viewer)))
    if task is None:
        raise ApiError("TASK_NOT_FOUND", f"Task with ID {task_id} not found", 404)
    return task


def create_task(owner_id: int, fields: dict[str, Any]) -> Task:
    """Store a new task of a user, and with it the job of writing to the user; return the task."""
    task = Task(owner_id=owner_id)
    set_fields(task, fields)
    db.session.add(task)
    db.session.flush()  # which gives the task its id
    job = jobs.add_job("confirm", owner_id, task.id)
    commit()
    jobs.hand_over(job.id)
    return task


def update_task(task: Task, fields: dict[str, Any]) -> Task:
    """Set fields of a stored task, the others stay as they are; return it."""
    set_fields(task, fields)
    # onupdate sees only this table's columns: new tags alone, or equal values, would not move it.
    task.updated_at = utc_now()
    commit()
    return task


def request_processing(task: Task, user_id: int) -> Job:
    """Let a task be processed in the background; return the job, which belongs to the user."""
    job = jobs.add_job("process", user_id, task.id)
    commit()
    jobs.hand_over(job.id)
    return job


def process(task: Task) -> None:
    """Process a task, without a commit; one that is processed already stays as it is."""
    task.status = "completed"
    if not task.description.endswith(PROCESSED.strip()):
        task.description += PROCESSED


def remind_of_overdue() -> None:
    """Let the owners of overdue tasks be written to, once for each task and day that it was due."""
    query = db.select(Task).where(Task.status == "pending", Task.due_date < utc_now().date())
    for task in db.session.scalars(query.order_by(Task.id)).all():
        key = f"remind:{task.id}:{task.due_date}"
        if db.session.scalar(db.select(Job.id).filter_by(key=key)) is None:
            remind_once(task, key)


def remind_once(task: Task, key: str) -> None:
    """Let the owner of a task be reminded, unless somebody else has done so in the meantime."""
    job = jobs.add_job("remind", task.owner_id, task.id, key)
    try:
        commit()
    except IntegrityError:  # it has the same key
        return
    jobs.hand_over(job.id)


def delete_task(task: Task) -> None:
    """Remove a task."""
    db.session.delete(task)
    commit()
    audit.record("task_deleted", task=task.id, owner=task.owner_id)


def set_fields(task: Task, fields: dict[str, Any]) -> None:
    """Set fields of a task, with tags in the place of their names."""
    if "tags" in fields:
        fields = fields | {"tags": tags_named(fields["tags"])}
    for field, value in fields.items():
        setattr(task, field, value)


def tags_named(names: list[str]) -> list[Tag]:
    """Return the tags with these names, each once; those that do not exist yet are added."""
    known = {tag.name: tag for tag in db.session.scalars(db.select(Tag).where(Tag.name.in_(names)))}
    return [known.get(name) or add_tag(name) for name in dict.fromkeys(names)]


def add_tag(name: str) -> Tag:
    """Add a tag, or return the one that another request has added in the meantime."""
    tag = Tag(name=name)
    try:
        with db.session.begin_nested():  # a savepoint: a duplicate undoes this insert only
            db.session.add(tag)
    except IntegrityError:
        tag = db.session.scalars(db.select(Tag).filter_by(name=name)).one()
    return tag
