"""Tasks in a database: what is stored outlives the server.

`DATABASE_URL` names the database; the default is a SQLite file in the instance folder. A
description has at most 2,000 characters, a task at most 20 tags, the name of a tag 1 to 50
characters. Texts are stored without the blanks around them, names of tags are case-sensitive and
come out in alphabetical order, and fields that a client may not set are ignored.
"""

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, make_response, request, url_for
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, DateTime, Dialect, ForeignKey, String, Table, Text, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator
from werkzeug.exceptions import BadRequest, HTTPException

TITLE_LENGTH = 150
DESCRIPTION_LENGTH = 2000
TAG_LENGTH = 50
TAGS_PER_TASK = 20
STATUSES = ("pending", "completed")
# The largest id an INTEGER column holds everywhere. A larger one names no task, and the database
# would refuse the number itself: an error of ours (500) where the client is to learn 404.
MAX_ID = 2**31 - 1


class Base(DeclarativeBase):
    """The base of all models, declared here because a type checker cannot follow `db.Model`."""


app = Flask(__name__)
# /api/tasks and /api/tasks/ are one resource; a redirect between them loses the body of a POST in
# many clients. Rules take this setting when they are made, so it stands before the first of them.
app.url_map.strict_slashes = False
# A relative SQLite path is relative to the instance folder, which Flask-SQLAlchemy makes.
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///tasks.db")

# Objects stay readable after a commit: without that, each answer would first read them back.
db = SQLAlchemy(app, model_class=Base, session_options={"expire_on_commit": False})


@event.listens_for(Engine, "connect")
def enforce_foreign_keys(connection: object, _record: object) -> None:
    """Switch on what SQLite leaves off in every new connection."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")


def utc_now() -> datetime:
    """Return this moment, with its offset: a time without one means something else everywhere."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, written in UTC. SQLite drops the offset, so it is put back when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was read, as a moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# BEGIN SOLUTION tag-tasks: map the tables "tags" (a unique name) and "task_tags" (task_id, tag_id)
class Tag(Base):
    """A word to find tasks by; made on first use and kept."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(TAG_LENGTH), unique=True)


# The tags of a task go with it.
task_tags = Table(
    "task_tags",
    Base.metadata,
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)
# END SOLUTION


class Task(Base):
    """Something to do."""

    # Without this, SQLite gives the id of a deleted task to the next one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    # BEGIN SOLUTION task-model: map the table "tasks": id, title, description, status and two times
    # STARTER: __abstract__ = True  # there is no table yet; this line goes when you map one
    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default="pending")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
    # END SOLUTION
    # BEGIN SOLUTION tag-tasks: relate a task to its tags
    tags: Mapped[list[Tag]] = relationship(secondary=task_tags)
    # END SOLUTION

    def to_json(self) -> dict[str, Any]:
        """Describe the task as a client sees it."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "status": self.status,
            # BEGIN SOLUTION tag-tasks: list the names of the tags, in alphabetical order
            # STARTER: "tags": [],
            "tags": sorted(tag.name for tag in self.tags),
            # END SOLUTION
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


SAMPLE_TASKS = {
    "Learn Flask-SQLAlchemy": "Map a class to a table, and query it with select().",
    "Build Persistent API": "Keep the tasks when the server restarts.",
    "Test CRUD Operations": "Create, read, update and delete a task with curl.",
}


class ApiError(Exception):
    """A failure to answer with; raise it where it is noticed."""

    def __init__(
        self, code: str, message: str, status: int, details: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details or {}


def success(data: object, status: int = 200) -> Response:
    """Answer with data."""
    return make_response(jsonify(status="success", data=data), status)


@app.errorhandler(ApiError)
def failure(error: ApiError) -> Response:
    """Answer with what went wrong; a view raises the error and ends up here."""
    body = {"code": error.code, "message": error.message, "details": error.details}
    return make_response(jsonify(status="error", error=body), error.status)


@app.errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """Answer an error that Flask raised, such as an unknown URL or a wrong method."""
    code = error.name.upper().replace(" ", "_")
    response = failure(ApiError(code, error.description or error.name, error.code or 500))
    # A 405 must say which methods are allowed (RFC 9110, section 15.5.6); only the error knows.
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers.add(name, value)
    return response


@app.errorhandler(StaleDataError)
def overtaken(_error: StaleDataError) -> Response:
    """Answer a request whose task another request has deleted since this one read it."""
    message = "Somebody changed this task at the same time; read it again, then retry"
    return failure(ApiError("CONFLICT", message, 409))


@app.errorhandler(Exception)
def unexpected_error(error: Exception) -> Response:
    """Answer a bug of ours; also under the debug server, which would show the exception."""
    app.logger.error("%s %r failed", request.method, request.path, exc_info=error)
    message = "Something went wrong on our side. It has been logged; please try again later."
    return failure(ApiError("INTERNAL_SERVER_ERROR", message, 500))


def invalid(field: str, message: str) -> ApiError:
    """Say which field is wrong, and how to put it right."""
    return ApiError("VALIDATION_FAILED", f"'{field}' {message}", 400, {field: [message]})


def json_object() -> dict[str, Any]:
    """Read the body as a JSON object: another media type is 415, any other content is 400."""
    try:
        body = request.get_json()
    except (BadRequest, RecursionError) as error:  # the latter from thousands of nested brackets
        raise ApiError("MALFORMED_JSON", "The body is not valid JSON", 400) from error
    if not isinstance(body, dict):
        raise ApiError("VALIDATION_FAILED", "The body must be a JSON object, such as {...}", 400)
    return body


def text_from(field: str, value: object, *, at_least: int = 0, at_most: int) -> str:
    """Return a text without the blanks around it, if its type, length and characters are right."""
    if not isinstance(value, str):
        raise invalid(field, "must be a string")
    value = value.strip()
    if not at_least <= len(value) <= at_most:
        raise invalid(field, f"must have {at_least} to {at_most} characters, trimmed of blanks")
    # JSON can spell both, as \u0000 and \ud800; a database cannot store them.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise invalid(field, "must not hold NUL or half of a surrogate pair")
    return value


def title_from(value: object) -> str:
    """Return a title, which cannot be blank."""
    return text_from("title", value, at_least=1, at_most=TITLE_LENGTH)


def description_from(value: object) -> str:
    """Return a description, which can be empty."""
    return text_from("description", value, at_most=DESCRIPTION_LENGTH)


def status_from(value: object) -> str:
    """Return one of the statuses."""
    if value not in STATUSES:
        raise invalid("status", f"must be one of: {', '.join(STATUSES)}")
    return str(value)


def tags_from(value: object) -> list[str]:
    """Return the names of tags, each once."""
    if not isinstance(value, list) or len(value) > TAGS_PER_TASK:
        raise invalid("tags", f"must be a list of at most {TAGS_PER_TASK} names")
    names = [text_from("tags", name, at_least=1, at_most=TAG_LENGTH) for name in value]
    return sorted(set(names))


CHECKS = {
    "title": title_from,
    "description": description_from,
    "status": status_from,
    "tags": tags_from,
}
DEFAULTS = {"description": "", "status": "pending", "tags": []}


def task_fields(required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the checked fields of the task in the body; 400 for the first that is not right."""
    body = json_object()
    for field in required:
        if field not in body:
            raise invalid(field, "is required")
    return {field: check(body[field]) for field, check in CHECKS.items() if field in body}


def find_task(task_id: int) -> Task:
    """Return the task, or raise the 404."""
    # BEGIN SOLUTION fetch-task: get the task by its id; raise TASK_NOT_FOUND, also above MAX_ID
    # STARTER: raise ApiError("NOT_IMPLEMENTED", "Finding a task is not built yet", 501)
    task = db.session.get(Task, task_id) if task_id <= MAX_ID else None
    if task is None:
        raise ApiError("TASK_NOT_FOUND", f"Task with ID {task_id} not found", 404)
    return task
    # END SOLUTION


def commit() -> None:
    """Commit; where that fails, roll back, so that nobody inherits a broken transaction."""
    # BEGIN SOLUTION store-task: commit; where that raises, roll back, then raise again
    # STARTER: raise ApiError("NOT_IMPLEMENTED", "Committing is not built yet", 501)
    try:
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        raise
    # END SOLUTION


# BEGIN SOLUTION tag-tasks: return the tags with these names, adding those that do not exist yet
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


# END SOLUTION


def set_fields(task: Task, fields: dict[str, Any]) -> None:
    """Set the fields of a task, all other fields stay as they are."""
    # BEGIN SOLUTION tag-tasks: put tags in the place of the names in fields["tags"], if it is there
    # STARTER: fields.pop("tags", None)
    if "tags" in fields:
        fields = fields | {"tags": tags_named(fields["tags"])}
    # END SOLUTION
    for field, value in fields.items():
        setattr(task, field, value)


def update_task(task: Task, fields: dict[str, Any]) -> None:
    """Set the fields of a stored task."""
    # BEGIN SOLUTION change-task: set the fields, move updated_at, and commit
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Updating task {task.id} is not built yet", 501)
    set_fields(task, fields)
    # onupdate sees only this table's columns: new tags alone, or equal values, would not move it.
    task.updated_at = utc_now()
    commit()
    # END SOLUTION


@app.get("/api/tasks")
def list_tasks() -> Response:
    """List the tasks, newest first, all of them or those with a `?status=` or a `?tag=`."""
    # BEGIN SOLUTION task-model: once the table is mapped, take away the line that raises
    # STARTER: raise ApiError("NOT_IMPLEMENTED", "Listing tasks is not built yet", 501)
    # STARTER: query = db.select(Task)
    query = db.select(Task)
    # END SOLUTION
    # BEGIN SOLUTION newest-first: sort by creation, then by id; keep those with the ?status= given
    query = query.order_by(Task.created_at.desc(), Task.id.desc())
    if "status" in request.args:
        query = query.where(Task.status == request.args["status"])
    # END SOLUTION
    # BEGIN SOLUTION tag-tasks: keep those with the ?tag= given, and load all their tags at once
    query = query.options(selectinload(Task.tags))
    if "tag" in request.args:
        query = query.where(Task.tags.any(Tag.name == request.args["tag"]))
    # END SOLUTION
    return success([task.to_json() for task in db.session.scalars(query)])


@app.get("/api/tasks/<int:task_id>")
def get_task(task_id: int) -> Response:
    """Show one task."""
    return success(find_task(task_id).to_json())


@app.post("/api/tasks")
def create_task() -> Response:
    """Add a task; all but the title has a default."""
    fields = task_fields(required=("title",))
    # BEGIN SOLUTION store-task: set the defaults and the fields in a new task, add it and commit
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Storing {fields} is not built yet", 501)
    # STARTER: task = Task()
    task = Task()
    set_fields(task, DEFAULTS | fields)
    db.session.add(task)
    commit()
    # END SOLUTION
    response = success(task.to_json(), 201)
    response.headers["Location"] = url_for("get_task", task_id=task.id, _external=True)
    return response


@app.put("/api/tasks/<int:task_id>")
def replace_task(task_id: int) -> Response:
    """Replace a task: what is not given is reset."""
    task = find_task(task_id)
    # BEGIN SOLUTION change-task: require title and status, and set the rest to its defaults
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Replacing task {task.id} is not built yet", 501)
    update_task(task, DEFAULTS | task_fields(required=("title", "status")))
    return success(task.to_json())
    # END SOLUTION


@app.patch("/api/tasks/<int:task_id>")
def change_task(task_id: int) -> Response:
    """Change the fields that are given, at least one."""
    task = find_task(task_id)
    # BEGIN SOLUTION change-task: set the fields given, and refuse a body with none
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Changing task {task.id} is not built yet", 501)
    fields = task_fields()
    if not fields:
        known = ", ".join(CHECKS)
        raise ApiError("VALIDATION_FAILED", f"Give at least one of: {known}", 400)
    update_task(task, fields)
    return success(task.to_json())
    # END SOLUTION


@app.delete("/api/tasks/<int:task_id>")
def delete_task(task_id: int) -> Response:
    """Remove a task."""
    task = find_task(task_id)
    # BEGIN SOLUTION remove-task: delete the task, commit, and answer 204 without a body
    # STARTER: raise ApiError("NOT_IMPLEMENTED", f"Deleting task {task.id} is not built yet", 501)
    db.session.delete(task)
    commit()
    return Response(status=204)
    # END SOLUTION


def prepare_database() -> None:
    """Make the tables that are missing, and fill an empty one with the sample."""
    db.create_all()
    # BEGIN SOLUTION seed-once: add the sample tasks and commit, if there is no task at all
    if db.session.scalar(db.select(Task.id).limit(1)) is None:
        db.session.add_all(
            Task(title=title, description=description)
            for title, description in SAMPLE_TASKS.items()
        )
        db.session.commit()
    # END SOLUTION


# Here and not under __main__: `flask run` and gunicorn import this module, they do not run it.
with app.app_context():
    prepare_database()


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000)
