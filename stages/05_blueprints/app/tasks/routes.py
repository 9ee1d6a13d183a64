"""The routes of tasks. A view reads the request, calls a service, and answers."""

from flask import Blueprint, Response, request, url_for

from app.json_body import json_object
from app.responses import success
from app.tasks import fields, services

tasks = Blueprint("tasks", __name__, url_prefix="/api/tasks")


@tasks.get("")
def list_tasks() -> Response:
    """List the tasks, newest first, all of them or those with a `?status=` or a `?tag=`."""
    # TODO read-tasks: call the service with ?status= and ?tag=, and answer with its tasks
    return Response("The view of all tasks is not built yet\n", 501)


@tasks.get("/<int:task_id>")
def get_task(task_id: int) -> Response:
    """Show one task."""
    # TODO read-tasks: answer with the task that the service returns
    return Response("The view of a task is not built yet\n", 501)


@tasks.post("")
def create_task() -> Response:
    """Add a task; all but the title has a default."""
    # TODO write-tasks: check the body, call the service, answer 201 with a Location
    return Response("Creating a task is not built yet\n", 501)


@tasks.put("/<int:task_id>")
def replace_task(task_id: int) -> Response:
    """Replace a task: what is not given is reset."""
    # TODO write-tasks: the task must exist; then check the body, call the service, answer
    return Response("Replacing a task is not built yet\n", 501)


@tasks.patch("/<int:task_id>")
def change_task(task_id: int) -> Response:
    """Change the fields that are given, at least one."""
    # TODO write-tasks: as above, with the fields that are given
    return Response("Changing a task is not built yet\n", 501)


@tasks.delete("/<int:task_id>")
def delete_task(task_id: int) -> Response:
    """Remove a task."""
    # TODO write-tasks: call the service, and answer 204 without a body
    return Response("Deleting a task is not built yet\n", 501)
