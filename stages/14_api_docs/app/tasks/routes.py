"""The routes of tasks. A view reads the request, calls a service, and answers."""

from flask import Blueprint, Response, request, url_for
from flask_jwt_extended import current_user

from app.auth.identity import require_token
from app.auth.permissions import role_required
from app.caching import answer, private, remembered
from app.documentation.descriptions import described
from app.documentation.shapes import many, one
from app.entity_tags import require_match, tag_of, tag_of_all, tagged
from app.jobs.routes import accepted
from app.jobs.schemas import accepted_output
from app.json_body import json_object
from app.limits import configured, is_admin, limiter
from app.models import Task, utc_now
from app.responses import collection, success
from app.tasks import services
from app.tasks.schemas import (
    some_of_task,
    stats_output,
    task_changes,
    task_input,
    task_output,
    task_query,
    task_replacement,
)

tasks = Blueprint("tasks", __name__, url_prefix="/api/tasks")


@tasks.before_request
def require_access_token() -> None:
    """Let nobody in without a token: once for all views, so that none can be forgotten."""
    require_token("access")


tasks.after_request(private)

# Limits of the blueprint count before its tokens are required; those at a view would not count a
# request that is refused for its token.
limiter.limit(configured("RATELIMIT_CREATE"), methods=["POST"], override_defaults=False)(tasks)
limiter.shared_limit(
    configured("RATELIMIT_SEARCH"),
    scope="search",
    methods=["GET", "HEAD"],
    override_defaults=False,
    exempt_when=is_admin,
)(tasks)


@tasks.get("")
# TODO document: describe it: 200 with many of some_of_task, 304, and the query
def list_tasks() -> Response:
    """List a page of the tasks, as the query string asks for them."""
    query = task_query.load(request.args)
    wanted = query.pop("wanted")

    def make() -> Response:
        page = services.list_tasks(**query)
        shown = task_output.dump(page.items, many=True)
        return collection([{name: task[name] for name in wanted} for task in shown], page)

    return answer(make, tag_of_all())


@tasks.get("/stats")
@described({200: one(stats_output), 304: None})
def show_stats() -> Response:
    """Show how many tasks there are, and how many are overdue."""
    today = utc_now().date()

    def make() -> Response:
        counts = remembered(f"stats:{today}", lambda: services.count_tasks(today))
        return success(counts)

    return answer(make, tag_of_all(today))


@tasks.get("/<int:task_id>")
# TODO document: describe it: 200 with one task, and 304
def get_task(task_id: int) -> Response:
    """Show one task."""
    return answer(lambda: shown(services.get_task(task_id)))


def shown(task: Task, status: int = 200) -> Response:
    """Answer with a task and its tag."""
    return tagged(success(task_output.dump(task), status), tag_of(task))


@tasks.post("")
# TODO document: describe it: 201 with one task, and the body
def create_task() -> Response:
    """Add a task; all but the title has a default."""
    task = services.create_task(current_user.id, task_input.load(json_object()))
    response = shown(task, 201)
    response.headers["Location"] = url_for("tasks.get_task", task_id=task.id, _external=True)
    return response


@tasks.put("/<int:task_id>")
# TODO document: describe it, with the errors 409 and 412
def replace_task(task_id: int) -> Response:
    """Replace a task: what is not given is reset."""
    task = services.get_task(task_id)  # a task that is not there is 404, whatever the body
    fields = task_replacement.load(json_object())
    require_match(task)
    # Without a tag: what was sent is not stored as it came (RFC 9110, section 9.3.4).
    return success(task_output.dump(services.update_task(task_id, fields)))


@tasks.patch("/<int:task_id>")
# TODO document: describe it: 200, the body, and the errors 409 and 412
def change_task(task_id: int) -> Response:
    """Change the fields that are given, at least one."""
    task = services.get_task(task_id)
    fields = task_changes.load(json_object())
    require_match(task)
    return shown(services.update_task(task_id, fields))


@tasks.post("/<int:task_id>/process")
# TODO document: describe it: 202 with one of accepted_output
def process_task(task_id: int) -> Response:
    """Let a task be processed in the background."""
    return accepted(services.request_processing(task_id, current_user.id))


@tasks.delete("/<int:task_id>")
@role_required("admin")
# TODO document: describe it: 204, without a body; the errors 403, 409 and 412
def delete_task(task_id: int) -> Response:
    """Remove a task."""
    require_match(services.get_task(task_id))
    services.delete_task(task_id)
    return Response(status=204)
