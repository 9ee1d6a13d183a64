"""What a client can set beside the body, as far as no schema says it."""

from typing import Any

from marshmallow import fields

from app.fields import Names
from app.jobs.schemas import JOB_ID
from app.models import MAX_ID

# Those in paths, by their names in the rules.
OF_PATHS: dict[str, dict[str, Any]] = {
    "task_id": {
        "description": "The id of a task.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
        "example": 3,
    },
    "job_id": {
        "description": "The id of a job, as `job_id` says it.",
        "schema": {"type": "string", "minLength": 1},
        "example": JOB_ID,
    },
}
# The headers that a client may send, by the status that only they can lead to.
HEADERS_ASKED: dict[int, dict[str, Any]] = {
    304: {
        "name": "If-None-Match",
        "description": "The ETag of what you have: 304 says that it is still good.",
        "schema": {"type": "string"},
    },
    412: {
        "name": "If-Match",
        "description": "The ETag of what you have read: 412 says that it has changed since.",
        "schema": {"type": "string"},
    },
}


def names_allowed(_converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Return what JSON Schema can say of a field of names, which apispec does not know."""
    # TODO parameters: a string with a pattern; `default` as it is written in a query
    return {}
