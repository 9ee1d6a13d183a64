"""Entity tags (RFC 9110, section 8.8.3): by them a client says which state it knows."""

from flask import Response, request

from app import versions
from app.errors import precondition_failed
from app.models import Task

# Part of each tag: raise it when the same data comes to be answered in another form.
FORM = 1


def tag_of_all(*more: object) -> str:
    """Return the tag of what is made from all tasks, and from whatever else is given."""
    # TODO etags: put FORM, the version of the tasks and the rest together
    return ""


def tag_of(task: Task) -> str:
    """Return the tag of a task; it moves with this task alone."""
    # TODO etags: put FORM, the id and the version of the task together
    return ""


def tagged(response: Response, tag: str) -> Response:
    """Give an answer its tag."""
    # TODO etags: set the header ETag, in quotes
    return response


def is_known(tag: str) -> bool:
    """Tell whether the client has what the tag stands for."""
    # TODO not-modified: look into If-None-Match, which is compared weakly
    return False


def require_match(task: Task) -> None:
    """Let a write go on only if the client knows the task as it is, where it says what it knows.

    Raises:
        ApiError: `PRECONDITION_FAILED` when it knows another state.

    """
    # TODO if-match: compare strongly (RFC 9110, section 13.1.1); * is any state
