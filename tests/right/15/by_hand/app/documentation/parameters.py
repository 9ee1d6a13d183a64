"""What a client can set beside the body, as far as no schema says it."""

from typing import Any

from marshmallow import fields

from app.fields import Names
from app.jobs.schemas import JOB_ID
from app.models import IDEMPOTENCY_KEY_LENGTH, MAX_ID

# Those in paths, by their names in the rules.
OF_PATHS: dict[str, dict[str, Any]] = {
    "task_id": {
        "description": "The id of a task.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
        "example": 3,
    },
    "user_id": {
        "description": "The id of a user.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
        "example": 2,
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
# What a client may name a request by, to send it again without harm.
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "description": "A name for this request, made by the client: it is done once for each name.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": IDEMPOTENCY_KEY_LENGTH,
        "pattern": "^[ -~]+$",
    },
}


def names_allowed(_converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Return what JSON Schema can say of a field of names, which apispec does not know."""
    if isinstance(field, Names):
        name = f"{'-?' if field.descending else ''}({'|'.join(field.allowed)})"
        default = ",".join(field.load_default)
        return {"type": "string", "pattern": f"^{name}(,{name})*$", "default": default}
    return {}
