"""Views return plain data or raise; the application itself puts everything into the envelope."""

from typing import Any, NoReturn

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException


class EnvelopeFlask(Flask):
    """A Flask whose views return the data alone."""

    def make_response(self, rv: Any) -> Response:
        """Wrap what a view returns, unless it is a response already."""
        status, headers = 200, {}
        if isinstance(rv, tuple):
            rv, status, headers = (*rv, {})[:3]
        if isinstance(rv, dict | list):
            rv = jsonify({"status": "success", "data": rv})
        response = super().make_response(rv)
        if status != 200:
            response.status_code = status
        response.headers.update(headers)
        return response

    def handle_user_exception(self, e: Exception) -> Any:
        """Answer every exception, HTTP's own and others, at one place."""
        if isinstance(e, HTTPException):
            return self.refusal(e)
        self.log_exception((type(e), e, e.__traceback__))
        return self.refusal(HTTPException("This did not work, and it is our fault."), 500)

    def refusal(self, error: HTTPException, status: int | None = None) -> Response:
        """Make the answer to an error."""
        status = status or error.code or 500
        message = error.description or "Please look at the status code"
        code = getattr(error, "machine_code", f"HTTP_{status}")
        inner = {"code": code, "message": message, "details": getattr(error, "fields", {})}
        response = jsonify({"status": "error", "error": inner})
        response.status_code = status
        if status == 405:
            response.headers["Allow"] = dict(error.get_headers())["Allow"]
        return response


app = EnvelopeFlask(__name__)
app.url_map.strict_slashes = False

PENDING, COMPLETED = "pending", "completed"
tasks = [
    {"id": 1, "title": "Learn Flask Basics", "status": COMPLETED},
    {"id": 2, "title": "Build First API", "status": COMPLETED},
    {"id": 3, "title": "Explore Routing", "status": PENDING},
]
made = [3]


def refuse(status: int, code: str, message: str, **fields: Any) -> NoReturn:
    """End the request with an error."""
    try:
        abort(status, message)
    except HTTPException as error:
        error.machine_code = code  # type: ignore[attr-defined]
        error.fields = fields  # type: ignore[attr-defined]
        raise


def body_object() -> dict[str, Any]:
    """Return the body, an object."""
    try:
        body = request.get_json()
    except (BadRequest, RecursionError):
        refuse(400, "JSON_EXPECTED", "The body has to be JSON")
    if type(body) is not dict:
        refuse(400, "OBJECT_EXPECTED", "The body has to be an object")
    return body


def position(task_id: int) -> int:
    """Return where a task is in the list."""
    for place, task in enumerate(tasks):
        if task["id"] == task_id:
            return place
    refuse(404, "TASK_NOT_FOUND", f"Task with ID {task_id} not found. GET /api/tasks lists them.")


@app.route("/api/tasks", methods=["GET", "POST"])
def collection() -> Any:
    """List the tasks, or add one."""
    if request.method == "POST":
        match body_object():
            case {"title": str(title)} if title.strip():
                made[0] += 1
                task = {"id": made[0], "title": title.strip(), "status": PENDING}
                tasks.append(task)
                return task, 201, {"Location": f"{request.root_url}api/tasks/{made[0]}"}
        refuse(400, "VALIDATION_FAILED", "title: a string, not blank", field="title")
    if "status" in request.args:
        return [task for task in tasks if task["status"] == request.args["status"]]
    return tasks


@app.route("/api/tasks/<int:task_id>", methods=["GET", "DELETE"])
def single(task_id: int) -> Any:
    """Show a task, or delete it."""
    place = position(task_id)
    if request.method == "DELETE":
        del tasks[place]
        return Response(status=204)
    return tasks[place]


@app.route("/api/tasks/<int:task_id>/status", methods=["PUT"])
def status_of(task_id: int) -> Any:
    """Set the status of a task."""
    status = body_object().get("status")
    if status in (PENDING, COMPLETED):
        tasks[position(task_id)]["status"] = status
        return tasks[position(task_id)]
    position(task_id)
    return refuse(400, "VALIDATION_FAILED", "status: pending or completed", field="status")
