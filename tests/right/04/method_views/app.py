"""Tasks with class-based views: the database keeps whole seconds, and tags by their names."""

import os
from datetime import UTC, datetime

from flask import Flask, jsonify, request, url_for
from flask.views import MethodView
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload, validates
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, NotFound

db = SQLAlchemy()

labels = db.Table(
    "labels",
    db.Column("task", db.ForeignKey("task.id"), primary_key=True),
    db.Column("label", db.ForeignKey("label.name"), primary_key=True),
)


class Label(db.Model):
    """A tag, whose name is its key."""

    name = db.Column(db.String(30), primary_key=True)


class Task(db.Model):
    """A task that checks itself."""

    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(150), nullable=False)
    description = db.Column(db.Text)
    status = db.Column(db.Enum("pending", "completed", native_enum=False), default="pending")
    created_at = db.Column(db.DateTime, server_default=func.current_timestamp(), index=True)
    updated_at = db.Column(db.DateTime, server_default=func.current_timestamp())
    labels = db.relationship(Label, secondary=labels)

    @validates("title")
    def check_title(self, _key, value):
        """Return the title, stripped."""
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 150:
            raise BadRequest("title: a text of 1 to 150 characters, please")
        return encodable("title", value.strip())

    @validates("description")
    def check_description(self, _key, value):
        """Return the description as it is."""
        if value is not None and not isinstance(value, str):
            raise BadRequest("description: a text, please")
        return value and encodable("description", value)

    @validates("status")
    def check_status(self, _key, value):
        """Return a status that there is."""
        if value not in ["pending", "completed"]:
            raise BadRequest("status: pending or completed, please")
        return value

    def apply(self, fields):
        """Set the fields, all of them or none."""
        fields = dict(fields)
        tags = fields.pop("tags", None)
        try:
            for name, value in fields.items():
                setattr(self, name, value)
            if tags is not None:
                self.labels = [db.session.merge(Label(name=name)) for name in names_in(tags)]
        except BadRequest:
            db.session.rollback()
            raise

    def dump(self):
        """Return the task for a client."""
        return {
            "updated_at": zulu(self.updated_at),
            "created_at": zulu(self.created_at),
            "tags": [label.name for label in reversed(self.labels)],
            "status": self.status,
            "description": self.description or "",
            "title": self.title,
            "id": self.id,
            "url": url_for("task", pk=self.id),
        }


def encodable(field, text):
    """Return a text that UTF-8 can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{field}: half of a surrogate pair") from None
    return text


def names_in(tags):
    """Return the names, refusing what is no list of different names."""
    if not isinstance(tags, list) or not all(isinstance(name, str) for name in tags):
        raise BadRequest("tags: a list of names, please")
    if len(set(tags)) < len(tags):
        raise BadRequest("tags: each name once, please")
    return tags


def zulu(moment):
    """Return a moment as ISO 8601 with Z."""
    return moment.isoformat() + "Z"


def body(required=()):
    """Return the fields of the request; those that there are not are refused."""
    fields = request.get_json()
    if not isinstance(fields, dict):
        raise BadRequest("an object, please")
    for name in required:
        if name not in fields:
            raise BadRequest(f"{name} is missing")
    unknown = fields.keys() - {"title", "description", "status", "tags"}
    if unknown:
        raise BadRequest(f"there is no {unknown.pop()} to set")
    return fields


def done(data, status=200, headers=None):
    """Answer."""
    return {"status": "success", "data": data}, status, headers or {}


class TaskList(MethodView):
    """All tasks."""

    def get(self):
        """List."""
        query = db.select(Task).options(joinedload(Task.labels))
        if status := request.args.get("status"):
            query = (
                query.filter_by(status=status) if status in STATUSES else query.filter(db.false())
            )
        if tag := request.args.get("tag"):
            query = query.filter(Task.id.in_(db.select(labels.c.task).where(labels.c.label == tag)))
        query = query.order_by(db.desc("created_at"), db.desc(Task.id))
        return done([task.dump() for task in db.session.execute(query).unique().scalars()])

    def post(self):
        """Add."""
        task = Task()
        task.apply({**body(required=["title"])})
        db.session.add(task)
        db.session.commit()
        address = url_for("task", pk=task.id, _external=True)
        return done(task.dump(), 201, {"Location": address})


STATUSES = ("pending", "completed")


class OneTask(MethodView):
    """One task."""

    def dispatch_request(self, pk):
        """Find the task first."""
        query = db.select(Task).filter_by(id=pk)
        task = db.session.execute(query).scalar_one_or_none() if pk < 1 << 63 else None
        if task is None:
            error = NotFound(f"Task with ID {pk} not found")
            error.code_name = "TASK_NOT_FOUND"
            raise error
        return super().dispatch_request(task=task)

    def get(self, task):
        """Show."""
        return done(task.dump())

    def put(self, task):
        """Replace."""
        fields = body(required=["title", "status"])
        return self.save(task, {"description": None, "tags": [], **fields})

    def patch(self, task):
        """Change."""
        fields = body()
        if not fields:
            raise BadRequest("something to change, please")
        return self.save(task, fields)

    def save(self, task, fields):
        """Store the change."""
        task.apply(fields)
        task.updated_at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        db.session.commit()
        return done(task.dump())

    def delete(self, task):
        """Remove."""
        db.session.delete(task)
        db.session.commit()
        return "", 204


def on_http_error(error):
    """Put an error of HTTP into the envelope, with its headers."""
    code = getattr(error, "code_name", error.name.upper().replace(" ", "_"))
    answer = error.get_response()
    envelope = {"code": code, "message": error.description, "details": {}}
    answer.data = jsonify({"status": "error", "error": envelope}).data
    answer.content_type = "application/json; charset=utf-8"
    return answer


def on_bug(error):
    """Log a bug, and tell nothing."""
    app.logger.exception("a bug", exc_info=error)
    return on_http_error(InternalServerError())


def on_busy(_error):
    """Tell that the database has no time."""
    answer = on_http_error(InternalServerError("The database is busy"))
    answer.status_code = 503
    return answer


def make_app():
    """Return the app, its database made and seeded."""
    flask = Flask(__name__)
    flask.config.update(SQLALCHEMY_DATABASE_URI=os.getenv("DATABASE_URL") or "sqlite:///tasks.db")
    db.init_app(flask)
    flask.add_url_rule("/api/tasks", view_func=TaskList.as_view("tasks"), strict_slashes=False)
    flask.add_url_rule("/api/tasks/<int:pk>", view_func=OneTask.as_view("task"))
    flask.register_error_handler(HTTPException, on_http_error)
    flask.register_error_handler(OperationalError, on_busy)
    flask.register_error_handler(Exception, on_bug)
    with flask.app_context():
        db.create_all()
        if not db.session.execute(db.select(func.count(Task.id))).scalar():
            for title in ("Learn Flask-SQLAlchemy", "Build Persistent API", "Test CRUD Operations"):
                db.session.add(Task(title=title, description=f"{title}, step by step"))
            db.session.commit()
    return flask


app = make_app()
