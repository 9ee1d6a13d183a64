"""Class-based views."""

from datetime import UTC

from flask import Blueprint, jsonify, request, url_for
from flask.views import MethodView
from werkzeug.exceptions import BadRequest

from ..core.store import Todos
from .failures import Wrong

bp = Blueprint("v", __name__, url_prefix="/api")
todos = Todos()
NAMES = {"title": "title", "description": "text", "status": "done", "tags": "labels"}


def text(value, low, high, field):
    """Check a text."""
    if not isinstance(value, str) or not low <= len(value.strip()) <= high or "\0" in value:
        raise Wrong(f"{field}: a text of {low} to {high} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong(f"{field}: half a character") from None
    return value.strip()


def tags(value):
    """Check a list of tags."""
    if not isinstance(value, list):
        raise Wrong("tags: a list")
    return list(dict.fromkeys(text(one, 1, 40, "tags") for one in value))


def status(value):
    """Check a status."""
    if value not in ["pending", "completed"]:
        raise Wrong("status: pending or completed")
    return value == "completed"


CHECKS = {
    "title": lambda v: text(v, 1, 150, "title"),
    "description": lambda v: text(v, 0, 9999, "description"),
    "status": status,
    "tags": tags,
}


def sent(*needed):
    """Return what was sent, under the names of the columns."""
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest("Too deep.") from None
    if not isinstance(body, dict):
        raise BadRequest("An object, please.")
    for name in needed:
        if name not in body:
            raise Wrong(f"{name} is missing")
    return {NAMES[k]: check(body[k]) for k, check in CHECKS.items() if k in body}


def shown(todo):
    """Describe a task."""
    return {
        "id": todo.number,
        "title": todo.title,
        "description": todo.text,
        "status": "completed" if todo.done else "pending",
        "tags": sorted(label.word for label in todo.labels),
        "created_at": todo.created_at.replace(tzinfo=UTC).isoformat(),
        "updated_at": todo.touched.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z"),
    }


def ok(data, code=200, **headers):
    """Answer."""
    return jsonify(status="success", data=data), code, headers


class Many(MethodView):
    """The list."""

    def get(self):
        """List."""
        status, tag = request.args.get("status"), request.args.get("tag")
        if status not in (None, "pending", "completed"):
            raise Wrong("status: pending or completed")
        return ok([shown(todo) for todo in todos.all(status, tag)])

    def post(self):
        """Create."""
        values = sent("title")
        values.pop("done", None)
        todo = todos.save(values)
        where = url_for(".one", number=todo.number, _external=True)
        return ok(shown(todo), 201, Location=where)


class One(MethodView):
    """One task."""

    def get(self, number):
        """Show."""
        return ok(shown(todos.one(number)))

    def put(self, number):
        """Replace."""
        todo = todos.one(number)
        return ok(shown(todos.save({"text": "", "labels": []} | sent("title", "status"), todo)))

    def patch(self, number):
        """Change."""
        todo = todos.one(number)
        values = sent()
        if not values:
            raise Wrong("nothing to change")
        return ok(shown(todos.save(values, todo)))

    def delete(self, number):
        """Remove."""
        todos.drop(number)
        return "", 204


bp.add_url_rule("/tasks", view_func=Many.as_view("many"))
bp.add_url_rule("/tasks/", view_func=Many.as_view("many_too"))
bp.add_url_rule("/tasks/<int:number>", view_func=One.as_view("one"))
