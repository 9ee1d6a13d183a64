"""Everything about tasks: first the rules and the SQL, then the views."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update
from werkzeug.exceptions import BadRequest

from app.tables import engine, tag, tagged, task
from app.web import Refused, TaskNotFound

EMPTY = {"description": "", "status": "pending", "tags": []}


def sample() -> None:
    """Add the sample."""
    for title, status in (
        ("Refactor with Blueprints", "completed"),
        ("Implement App Factory", "completed"),
        ("Test Refactored API", "pending"),
    ):
        store(None, EMPTY | {"title": title, "description": f"{title}!", "status": status})


def matching(connection: Connection, *conditions: Any) -> list[dict[str, Any]]:
    """Return tasks as a client sees them; two statements, however many there are."""
    query = select(task).where(*conditions)
    rows = connection.execute(query.order_by(task.c.created_at.desc(), task.c.id.desc())).mappings()
    found: list[RowMapping] = list(rows)
    names = defaultdict(list)
    for row in connection.execute(select(tagged).order_by(tagged.c.tag)):
        names[row.task].append(row.tag)
    return [{**row, "tags": names[row["id"]]} for row in found]


def one(connection: Connection, task_id: int) -> dict[str, Any]:
    """Return a task."""
    known = matching(connection, task.c.id == task_id) if task_id < 2**63 else []
    if not known:
        raise TaskNotFound(f"task {task_id} is not here")
    return known[0]


def store(task_id: int | None, fields: dict[str, Any]) -> dict[str, Any]:
    """Add a task, or change one."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    columns = {key: value for key, value in fields.items() if key != "tags"} | {"updated_at": now}
    with engine().begin() as connection:
        if task_id is None:
            made = connection.execute(insert(task).values(created_at=now, **columns))
            task_id = made.inserted_primary_key[0]
        else:
            one(connection, task_id)
            connection.execute(update(task).where(task.c.id == task_id).values(**columns))
        if "tags" in fields:
            connection.execute(delete(tagged).where(tagged.c.task == task_id))
            for name in set(fields["tags"]):
                connection.execute(insert(tag).prefix_with("OR IGNORE").values(name=name))
                connection.execute(insert(tagged).values(task=task_id, tag=name))
        return one(connection, task_id)


def text(field: str, value: object, least: int, most: int) -> str:
    """Return a text that can be stored."""
    if not isinstance(value, str) or not least <= len(value.strip()) <= most:
        raise Refused(f"{field} has to be a text with {least} to {most} characters")
    if "\0" in value or value.encode(errors="replace") != value.encode(errors="ignore"):
        raise Refused(f"{field} has characters that cannot be stored")
    return value.strip()


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are known."""
    found: dict[str, Any] = {}
    for field, value in body.items():
        match field:
            case "title":
                found[field] = text(field, value, 1, 150)
            case "description":
                found[field] = text(field, value, 0, 5000)
            case "status":
                if value not in ("pending", "completed"):
                    raise Refused("status has to be pending or completed")
                found[field] = value
            case "tags":
                if not isinstance(value, list):
                    raise Refused("tags have to be a list")
                found[field] = [text("tags", name, 1, 60) for name in value]
    return found


def body_with(*needed: str) -> dict[str, Any]:
    """Return the fields of the body."""
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest("That is too deep.") from None
    if not isinstance(body, dict):
        raise BadRequest("Send an object.")
    if lacking := [field for field in needed if field not in body]:
        raise Refused(f"{' and '.join(lacking)} must be there")
    return checked(body)


tasks = Blueprint("tasks", __name__, url_prefix="/tasks")
api = Blueprint("api", __name__, url_prefix="/api")


@tasks.route("", methods=["GET", "POST"], strict_slashes=False)
def collection() -> Any:
    """List tasks, or add one."""
    if request.method == "POST":
        made = store(None, EMPTY | body_with("title"))
        where = url_for("api.tasks.member", task_id=made["id"], _external=True)
        return {"status": "success", "data": made}, 201, {"Location": where}
    conditions = []
    if (status := request.args.get("status")) is not None:
        conditions.append(task.c.status == status)
    if (name := request.args.get("tag")) is not None:
        has_it = exists().where(tagged.c.task == task.c.id, tagged.c.tag == name)
        conditions.append(has_it)
    with engine().connect() as connection:
        return {"status": "success", "data": matching(connection, *conditions)}


@tasks.route("/<int:task_id>", methods=["GET", "PUT", "PATCH", "DELETE"])
def member(task_id: int) -> Any:
    """Show, replace, change or remove a task."""
    with engine().connect() as connection:
        found = one(connection, task_id)
    match request.method:
        case "PUT":
            found = store(task_id, EMPTY | body_with("title", "status"))
        case "PATCH":
            fields = body_with()
            if not fields:
                raise Refused("there is nothing to change")
            found = store(task_id, fields)
        case "DELETE":
            with engine().begin() as connection:
                connection.execute(delete(task).where(task.c.id == task_id))
            return "", 204
    return {"status": "success", "data": found}


api.register_blueprint(tasks)
