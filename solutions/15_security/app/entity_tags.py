"""Entity tags (RFC 9110, section 8.8.3): by them a client says which state it knows."""

from flask import Response, request

from app import versions
from app.errors import precondition_failed
from app.models import Task

# Part of each tag: raise it when the same data comes to be answered in another form.
FORM = 1


def tag_of_all(*more: object) -> str:
    """Return the tag of what is made from all tasks, and from whatever else is given."""
    # BEGIN SOLUTION etags: put FORM, the version of the tasks and the rest together
    # STARTER: return ""
    return "-".join(map(str, (FORM, versions.current(), *more)))
    # END SOLUTION


def tag_of(task: Task) -> str:
    """Return the tag of a task; it moves with this task alone."""
    # BEGIN SOLUTION etags: put FORM, the id and the version of the task together
    # STARTER: return ""
    # In a database that is made anew, ids and versions begin with 1 again; the time does not.
    return f"{FORM}-{task.id}-{int(task.created_at.timestamp())}-{task.version}"
    # END SOLUTION


def tagged(response: Response, tag: str) -> Response:
    """Give an answer its tag."""
    # BEGIN SOLUTION etags: set the header ETag, in quotes
    response.set_etag(tag)
    # END SOLUTION
    return response


def is_known(tag: str) -> bool:
    """Tell whether the client has what the tag stands for."""
    # BEGIN SOLUTION not-modified: look into If-None-Match, which is compared weakly
    # STARTER: return False
    return request.if_none_match.contains_weak(tag)
    # END SOLUTION


def require_match(task: Task) -> None:
    """Let a write go on only if the client knows the task as it is, where it says what it knows.

    Raises:
        ApiError: `PRECONDITION_FAILED` when it knows another state.

    """
    # BEGIN SOLUTION if-match: compare strongly (RFC 9110, section 13.1.1); * is any state
    if "If-Match" in request.headers and not request.if_match.contains(tag_of(task)):
        raise precondition_failed()
    # END SOLUTION
