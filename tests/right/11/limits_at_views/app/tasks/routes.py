"""The routes of tasks. A view reads the request, calls a service, and answers."""

from flask import Blueprint, Response, request, url_for
from flask_jwt_extended import current_user, jwt_required

from app.auth.permissions import role_required
from app.json_body import json_object
from app.limits import reads, writes
from app.responses import collection, success
from app.tasks import services
from app.tasks.schemas import task_changes, task_input, task_output, task_query, task_replacement

tasks = Blueprint("tasks", __name__, url_prefix="/api/tasks")


@tasks.get("")
@reads
@jwt_required()
def list_tasks() -> Response:
    """List a page of the tasks, as the query string asks for them."""
    query = task_query.load(request.args)
    wanted = query.pop("wanted")
    page = services.list_tasks(**query)
    shown = task_output.dump(page.items, many=True)
    return collection([{name: task[name] for name in wanted} for task in shown], page)


@tasks.get("/<int:task_id>")
@reads
@jwt_required()
def get_task(task_id: int) -> Response:
    """Show one task."""
    return success(task_output.dump(services.get_task(task_id)))


@tasks.post("")
@writes
@jwt_required()
def create_task() -> Response:
    """Add a task; all but the title has a default."""
    task = services.create_task(current_user.id, task_input.load(json_object()))
    response = success(task_output.dump(task), 201)
    response.headers["Location"] = url_for("tasks.get_task", task_id=task.id, _external=True)
    return response


@tasks.put("/<int:task_id>")
@jwt_required()
def replace_task(task_id: int) -> Response:
    """Replace a task: what is not given is reset."""
    services.get_task(task_id)  # a task that is not there is 404, whatever the body
    task = services.update_task(task_id, task_replacement.load(json_object()))
    return success(task_output.dump(task))


@tasks.patch("/<int:task_id>")
@jwt_required()
def change_task(task_id: int) -> Response:
    """Change the fields that are given, at least one."""
    services.get_task(task_id)
    task = services.update_task(task_id, task_changes.load(json_object()))
    return success(task_output.dump(task))


@tasks.delete("/<int:task_id>")
@jwt_required()
@role_required("admin")
def delete_task(task_id: int) -> Response:
    """Remove a task."""
    services.delete_task(task_id)
    return Response(status=204)
