"""Entity tags (RFC 9110, section 8.8.3): by them a client says which state it knows."""

from flask import Response, request

from app import versions
from app.errors import precondition_failed
from app.models import Task

# Part of each tag: raise it when the same data comes to be answered in another form.
FORM = 1


def tag_of_all(*more: object) -> str:
    """Return the tag of what is made from all tasks, and from whatever else is given."""
    return "-".join(map(str, (FORM, versions.current(), *more)))


def tag_of(task: Task) -> str:
    """Return the tag of a task; it moves with this task alone."""
    # In a database that is made anew, ids and versions begin with 1 again; the time does not.
    return f"{FORM}-{task.id}-{int(task.created_at.timestamp())}-{task.version}"


def tagged(response: Response, tag: str) -> Response:
    """Give an answer its tag."""
    response.set_etag(tag)
    return response


def is_known(tag: str) -> bool:
    """Tell whether the client has what the tag stands for."""
    return request.if_none_match.contains_weak(tag)


def require_match(task: Task) -> None:
    """Let a write go on only if the client knows the task as it is, where it says what it knows.

    Raises:
        ApiError: `PRECONDITION_FAILED` when it knows another state.

    """
    if "If-Match" in request.headers and not request.if_match.contains(tag_of(task)):
        raise precondition_failed()
