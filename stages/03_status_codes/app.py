"""Status codes and one shape for every answer.

Success is `{"status": "success", "data": ...}`, failure is `{"status": "error", "error": {"code",
"message", "details"}}`: the code is for programs and stays, the message is for people, and the
details name the fields. A view returns `success(...)` or raises an `ApiError`; nothing else decides
what an answer looks like.
"""

import itertools
from typing import Any, TypedDict

from flask import Flask, Response, jsonify, make_response, request, url_for
from werkzeug.exceptions import BadRequest, HTTPException

app = Flask(__name__)
# /api/tasks and /api/tasks/ are one resource; a redirect between them loses the body of a POST in
# many clients. Rules take this setting when they are made, so it stands before the first of them.
app.url_map.strict_slashes = False


class Task(TypedDict):
    id: int
    title: str
    status: str


STATUSES = ("pending", "completed")
TASKS: dict[int, Task] = {
    1: {"id": 1, "title": "Learn Flask Basics", "status": "completed"},
    2: {"id": 2, "title": "Build First API", "status": "completed"},
    3: {"id": 3, "title": "Explore Routing", "status": "pending"},
}
# A counter only goes up, so no id is handed out twice: not after a delete, and not to two of the
# server's threads at once, because next() is a single step for them.
TASK_IDS = itertools.count(len(TASKS) + 1)


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
    # TODO success-envelope: put the data into the envelope of a success
    return make_response(jsonify(data), status)


@app.errorhandler(ApiError)
def failure(error: ApiError) -> Response:
    """Answer with what went wrong; a view raises the error and ends up here."""
    # TODO error-envelope: put code, message and details into the envelope of an error
    return make_response(jsonify(error=error.message), error.status)


# TODO http-errors: register this for every HTTPException, not for three of them
@app.errorhandler(400)
@app.errorhandler(404)
@app.errorhandler(415)
def http_error(error: HTTPException) -> Response:
    """Answer an error that Flask raised, such as an unknown URL or a wrong method."""
    code = error.name.upper().replace(" ", "_")
    response = failure(ApiError(code, error.description or error.name, error.code or 500))
    # TODO http-errors: keep the headers of the error, all but its Content-Type
    return response


# TODO unexpected-errors: answer any other exception with 500, telling only the log


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


def title_from(body: dict[str, Any]) -> str:
    """Return the title without the blanks around it."""
    title = body.get("title")
    if not isinstance(title, str) or not title.strip():
        raise invalid("title", "is required and must be a string that is not blank")
    return title.strip()


def task_not_found(task_id: int) -> ApiError:
    return ApiError("TASK_NOT_FOUND", f"Task with ID {task_id} not found", 404)


def find_task(task_id: int) -> Task:
    """Return the task, or raise the 404."""
    task = TASKS.get(task_id)
    if task is None:
        raise task_not_found(task_id)
    return task


@app.get("/api/tasks")
def list_tasks() -> Response:
    """List the tasks, all of them or those with the `?status=` asked for."""
    tasks = list(TASKS.values())
    status = request.args.get("status")
    if status is not None:
        tasks = [task for task in tasks if task["status"] == status]
    return success(tasks)


@app.get("/api/tasks/<int:task_id>")
def get_task(task_id: int) -> Response:
    """Show one task."""
    return success(find_task(task_id))


@app.post("/api/tasks")
def create_task() -> Response:
    """Add a pending task."""
    title = title_from(json_object())
    task: Task = {"id": next(TASK_IDS), "title": title, "status": "pending"}
    TASKS[task["id"]] = task
    response = success(task, 201)
    # TODO created-location: say where the new task is, as an absolute URL
    return response


# TODO delete-task: answer DELETE /api/tasks/<int:task_id> with 204 and no body, or 404


# TODO set-status: answer PUT /api/tasks/<int:task_id>/status, with 400 for other values


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000)
