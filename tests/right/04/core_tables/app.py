"""Tasks with SQLAlchemy Core alone: an engine, three tables, no session and no models."""

import os
from datetime import datetime, timezone
from pathlib import Path

from flask import Flask, json, request
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
    update,
)
from werkzeug.exceptions import HTTPException, abort

app = Flask(__name__)
here = Path(app.instance_path)
if "DATABASE_URL" not in os.environ:
    here.mkdir(exist_ok=True)
engine = create_engine(os.environ.get("DATABASE_URL", f"sqlite:///{here / 'tasks.db'}"))
meta = MetaData()
T = Table(
    "todo",
    meta,
    Column("id", Integer, primary_key=True),
    Column("title", String, nullable=False),
    Column("description", String, nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    sqlite_autoincrement=True,
)
G = Table("tag", meta, Column("id", Integer, primary_key=True), Column("name", String, unique=True))
L = Table(
    "link",
    meta,
    Column("todo", ForeignKey("todo.id"), primary_key=True),
    Column("tag", ForeignKey("tag.id"), primary_key=True),
)
EMPTY = {"description": "", "status": "pending", "tags": []}


def now():
    """Return the time as text, which sorts as it is."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")  # noqa: UP017


def reply(status, data, **headers):
    """Answer with data, or with an error."""
    word = "success" if status < 400 else "error"
    text = json.dumps({"status": word, ("data" if status < 400 else "error"): data})
    return app.response_class(text, status, headers, content_type="application/json")


def refuse(message, status=400, code="BAD_INPUT"):
    """End the request with an error."""
    abort(reply(status, {"code": code, "message": message, "details": {}}))


def read(needed):
    """Return the fields in the body, checked."""
    if not request.is_json:
        refuse("Send JSON", 415, "NOT_JSON")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        refuse("Send a JSON object")
    for field in needed:
        if body.get(field) is None:
            refuse(f"There has to be a {field}")
    fields = {}
    for field in ("title", "description"):
        if field in body:
            value = body[field]
            if not isinstance(value, str) or "\0" in value or not isencodable(value):
                refuse(f"The {field} has to be text")
            fields[field] = value.strip() if field == "title" else value
    if not 1 <= len(fields.get("title", "x")) <= 150:
        refuse("The title has 1 to 150 characters")
    if "status" in body:
        if body["status"] not in ("pending", "completed"):
            refuse("The status is pending or completed")
        fields["status"] = body["status"]
    if "tags" in body:
        tags = body["tags"]
        if type(tags) is not list or any(type(tag) is not str for tag in tags):
            refuse("The tags are a list of names")
        fields["tags"] = list(dict.fromkeys(tags))
    return fields


def isencodable(text):
    """Tell whether a text can be written."""
    return not any(0xD800 <= ord(char) < 0xE000 for char in text)


def fetch(connection, *conditions):
    """Return tasks as dictionaries, in two statements."""
    query = select(T).where(*conditions).order_by(T.c.created_at.desc(), T.c.id.desc())
    found = {row.id: {**row._mapping, "tags": []} for row in connection.execute(query)}
    names = select(L.c.todo, G.c.name).join(G).where(L.c.todo.in_(found))
    for owner, name in connection.execute(names):
        found[owner]["tags"].append(name)
    return list(found.values())


def one(connection, number):
    """Return the task, or end with a 404."""
    tasks = fetch(connection, T.c.id == number) if number < 2**63 else []
    return tasks[0] if tasks else refuse(f"No task {number}", 404, "TASK_NOT_FOUND")


def link(connection, number, names):
    """Let the task have these tags and no others."""
    connection.execute(delete(L).where(L.c.todo == number))
    for name in names:
        tag = connection.scalar(select(G.c.id).where(G.c.name == name))
        if tag is None:
            tag = connection.execute(insert(G).values(name=name)).inserted_primary_key[0]
        connection.execute(insert(L).values(todo=number, tag=tag))


@app.route("/api/tasks", methods=["GET", "POST"], strict_slashes=False)
def tasks():
    """List the tasks, or add one."""
    with engine.begin() as connection:
        if request.method != "POST":
            conditions = [T.c.status == value for value in request.args.getlist("status")]
            for tag in request.args.getlist("tag"):
                having = select(L.c.todo).join(G).where(G.c.name == tag)
                conditions.append(T.c.id.in_(having))
            return reply(200, fetch(connection, *conditions))
        fields = {**EMPTY, **read(["title"])}
        number = add(connection, **fields)
        location = f"{request.host_url}api/tasks/{number}"
        return reply(201, one(connection, number), Location=location)


def add(connection, tags=(), **columns):
    """Store a task and return its id."""
    moment = now()
    row = {**columns, "created_at": moment, "updated_at": moment}
    number = connection.execute(insert(T).values(row)).inserted_primary_key[0]
    link(connection, number, tags)
    return number


@app.route("/api/tasks/<int:number>", methods=["GET", "PUT", "PATCH", "DELETE"])
def task(number):
    """Show, replace, change or remove a task."""
    with engine.begin() as connection:
        found = one(connection, number)
        if request.method == "DELETE":
            connection.execute(delete(L).where(L.c.todo == number))
            connection.execute(delete(T).where(T.c.id == number))
            return "", 204
        if request.method in ("PUT", "PATCH"):
            whole = request.method == "PUT"
            fields = read(["title", "status"] if whole else [])
            if not fields:
                refuse("There has to be something to change")
            fields = {**(EMPTY if whole else {}), **fields}
            if "tags" in fields:
                link(connection, number, fields.pop("tags"))
            changed = update(T).where(T.c.id == number).values(**fields, updated_at=now())
            connection.execute(changed)
            found = one(connection, number)
        return reply(200, found)


@app.errorhandler(Exception)
def failed(error):
    """Put every error into the envelope."""
    if not isinstance(error, HTTPException):
        app.logger.error("failed", exc_info=error)
        return reply(500, {"code": "INTERNAL", "message": "A bug of ours", "details": {}})
    if error.response:
        return error.response
    about = {"code": f"HTTP_{error.code}", "message": error.name, "details": {}}
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return reply(error.code, about, **headers)


meta.create_all(engine)
with engine.begin() as start:
    if start.execute(select(T.c.id)).first() is None:
        add(start, title="Learn Flask-SQLAlchemy", description="Models", status="pending")
        add(start, title="Build Persistent API", description="Files", status="pending")
        add(start, title="Test CRUD Operations", description="Requests", status="pending")

if __name__ == "__main__":
    app.run()
