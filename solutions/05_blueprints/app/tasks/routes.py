"""The routes of tasks. A view reads the request, calls a service, and answers."""

from flask import Blueprint, Response, request, url_for

from app.json_body import json_object
from app.responses import success
from app.tasks import fields, services

tasks = Blueprint("tasks", __name__, url_prefix="/api/tasks")


@tasks.get("")
def list_tasks() -> Response:
    """List the tasks, newest first, all of them or those with a `?status=` or a `?tag=`."""
    # BEGIN SOLUTION read-tasks: call the service with ?status= and ?tag=, and answer with its tasks
    # STARTER: return Response("The view of all tasks is not built yet\n", 501)
    found = services.list_tasks(request.args.get("status"), request.args.get("tag"))
    return success([task.to_json() for task in found])
    # END SOLUTION


@tasks.get("/<int:task_id>")
def get_task(task_id: int) -> Response:
    """Show one task."""
    # BEGIN SOLUTION read-tasks: answer with the task that the service returns
    # STARTER: return Response("The view of a task is not built yet\n", 501)
    return success(services.get_task(task_id).to_json())
    # END SOLUTION


@tasks.post("")
def create_task() -> Response:
    """Add a task; all but the title has a default."""
    # BEGIN SOLUTION write-tasks: check the body, call the service, answer 201 with a Location
    # STARTER: return Response("Creating a task is not built yet\n", 501)
    task = services.create_task(fields.new_task(json_object()))
    response = success(task.to_json(), 201)
    response.headers["Location"] = url_for("tasks.get_task", task_id=task.id, _external=True)
    return response
    # END SOLUTION


@tasks.put("/<int:task_id>")
def replace_task(task_id: int) -> Response:
    """Replace a task: what is not given is reset."""
    # BEGIN SOLUTION write-tasks: the task must exist; then check the body, call the service, answer
    # STARTER: return Response("Replacing a task is not built yet\n", 501)
    services.get_task(task_id)  # a task that is not there is 404, whatever the body
    return success(services.update_task(task_id, fields.whole_task(json_object())).to_json())
    # END SOLUTION


@tasks.patch("/<int:task_id>")
def change_task(task_id: int) -> Response:
    """Change the fields that are given, at least one."""
    # BEGIN SOLUTION write-tasks: as above, with the fields that are given
    # STARTER: return Response("Changing a task is not built yet\n", 501)
    services.get_task(task_id)
    return success(services.update_task(task_id, fields.some_fields(json_object())).to_json())
    # END SOLUTION


@tasks.delete("/<int:task_id>")
def delete_task(task_id: int) -> Response:
    """Remove a task."""
    # BEGIN SOLUTION write-tasks: call the service, and answer 204 without a body
    # STARTER: return Response("Deleting a task is not built yet\n", 501)
    services.delete_task(task_id)
    return Response(status=204)
    # END SOLUTION
