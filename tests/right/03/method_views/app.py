"""Views as classes, a store with a lock, and errors that are HTTP exceptions themselves."""

import logging
from http import HTTPStatus
from threading import Lock
from typing import Any, ClassVar

from flask import Flask, current_app, json, request, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from werkzeug.exceptions import HTTPException, InternalServerError, UnsupportedMediaType

log = logging.getLogger(__name__)


class Problem(HTTPException):
    """An HTTP error with a name for programs and the fields at fault."""

    def __init__(self, code: HTTPStatus, name: str, text: str, **fields: str) -> None:
        super().__init__(text)
        self.code = int(code)
        self.problem = name
        self.fields = fields


class Store:
    """Keeps the tasks of this process."""

    def __init__(self, *titles: tuple[str, bool]) -> None:
        self._lock = Lock()
        self._last = 0
        self._rows: list[dict[str, Any]] = []
        for title, done in titles:
            self.add(title)["status"] = "completed" if done else "pending"

    def add(self, title: str) -> dict[str, Any]:
        """Keep a new task."""
        with self._lock:
            self._last += 1
            self._rows.append({"id": self._last, "title": title, "status": "pending"})
            return self._rows[-1]

    def all(self) -> list[dict[str, Any]]:
        """Return the tasks."""
        return self._rows.copy()

    def one(self, number: int) -> dict[str, Any]:
        """Return a task, or raise the 404."""
        for row in self._rows:
            if row["id"] == number:
                return row
        raise Problem(HTTPStatus.NOT_FOUND, "TASK_NOT_FOUND", f"Task with ID {number} not found")

    def drop(self, number: int) -> None:
        """Forget a task, or raise the 404."""
        self._rows.remove(self.one(number))


store = Store(("Learn Flask Basics", True), ("Build First API", True), ("Explore Routing", False))


def ok(data: Any) -> dict[str, Any]:
    """Return the body of a success."""
    return {"data": data, "status": "success"}


def fields() -> dict[str, Any]:
    """Return the body's object."""
    if not request.is_json:
        raise UnsupportedMediaType("Send application/json")
    try:
        found = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "BAD_JSON", "This is not JSON") from None
    if isinstance(found, dict):
        return found
    raise Problem(HTTPStatus.BAD_REQUEST, "NOT_AN_OBJECT", "Send an object: {...}")


class Tasks(MethodView):
    """All tasks."""

    def get(self) -> ResponseReturnValue:
        """List them."""
        wanted = request.args.get("status")
        return ok([row for row in store.all() if wanted in (None, row["status"])])

    def post(self) -> ResponseReturnValue:
        """Add one."""
        title = fields().get("title")
        if not (isinstance(title, str) and title.strip()):
            text = "Title must be a text of at least one letter"
            raise Problem(HTTPStatus.BAD_REQUEST, "TITLE_INVALID", text, title="wrong or missing")
        row = store.add(title.strip())
        where = request.host_url + url_for("task", number=row["id"]).lstrip("/")
        return ok(row), HTTPStatus.CREATED, {"Location": where}


class OneTask(MethodView):
    """One task."""

    def get(self, number: int) -> ResponseReturnValue:
        """Show it."""
        return ok(store.one(number))

    def delete(self, number: int) -> ResponseReturnValue:
        """Forget it."""
        store.drop(number)
        return "", HTTPStatus.NO_CONTENT


class TaskStatus(MethodView):
    """The status of one task."""

    allowed: ClassVar = ["completed", "pending"]

    def put(self, number: int) -> ResponseReturnValue:
        """Set it."""
        wanted = fields().get("status")
        row = store.one(number)
        if wanted not in self.allowed:
            text = f"Status is one of {', '.join(self.allowed)}"
            raise Problem(HTTPStatus.BAD_REQUEST, "STATUS_INVALID", text, status="unknown")
        row["status"] = wanted
        return ok(row)


def explain(error: HTTPException) -> ResponseReturnValue:
    """Rewrite the page of an HTTP error as JSON; its headers stay."""
    answer = current_app.make_response(error.get_response())
    name = getattr(error, "problem", HTTPStatus(error.code or 500).name)
    details = getattr(error, "fields", {})
    body = {"code": name, "message": error.description, "details": details}
    answer.data = json.dumps({"status": "error", "error": body})
    answer.content_type = "application/json"
    return answer


def hide(error: Exception) -> ResponseReturnValue:
    """Log a bug, and show that there was one."""
    log.exception("%s", current_app.name, exc_info=error)
    return explain(InternalServerError())


def create() -> Flask:
    """Return the application."""
    made = Flask(__name__)
    made.register_error_handler(HTTPException, explain)
    made.register_error_handler(Exception, hide)
    tasks = Tasks.as_view("tasks")
    made.add_url_rule("/api/tasks", view_func=tasks)
    made.add_url_rule("/api/tasks/", view_func=tasks)
    made.add_url_rule("/api/tasks/<int:number>", view_func=OneTask.as_view("task"))
    made.add_url_rule("/api/tasks/<int:number>/status", view_func=TaskStatus.as_view("status"))
    return made


app = create()
