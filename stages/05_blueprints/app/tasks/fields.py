"""Which fields a task has, and what may stand in them.

Texts are kept without the blanks around them; a field that a client may not set is ignored.
"""

from typing import Any

from app.errors import ApiError, invalid
from app.models import DESCRIPTION_LENGTH, STATUSES, TAG_LENGTH, TITLE_LENGTH

TAGS_PER_TASK = 20


def text_from(field: str, value: object, *, at_least: int = 0, at_most: int) -> str:
    """Return a text without the blanks around it, if its type, length and characters are right."""
    if not isinstance(value, str):
        raise invalid(field, "must be a string")
    value = value.strip()
    if not at_least <= len(value) <= at_most:
        raise invalid(field, f"must have {at_least} to {at_most} characters, trimmed of blanks")
    # JSON can spell both, as \u0000 and \ud800; a database cannot store them.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise invalid(field, "must not hold NUL or half of a surrogate pair")
    return value


def title_from(value: object) -> str:
    """Return a title, which cannot be blank."""
    return text_from("title", value, at_least=1, at_most=TITLE_LENGTH)


def description_from(value: object) -> str:
    """Return a description, which can be empty."""
    return text_from("description", value, at_most=DESCRIPTION_LENGTH)


def status_from(value: object) -> str:
    """Return one of the statuses."""
    if value not in STATUSES:
        raise invalid("status", f"must be one of: {', '.join(STATUSES)}")
    return str(value)


def tags_from(value: object) -> list[str]:
    """Return the names of tags, each once."""
    if not isinstance(value, list) or len(value) > TAGS_PER_TASK:
        raise invalid("tags", f"must be a list of at most {TAGS_PER_TASK} names")
    names = [text_from("tags", name, at_least=1, at_most=TAG_LENGTH) for name in value]
    return sorted(set(names))


CHECKS = {
    "title": title_from,
    "description": description_from,
    "status": status_from,
    "tags": tags_from,
}
DEFAULTS = {"description": "", "status": "pending", "tags": []}


def new_task(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a task to be created; all but the title has a default."""
    return DEFAULTS | checked(body, required=("title",))


def whole_task(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a task to be replaced: what is not given is reset."""
    return DEFAULTS | checked(body, required=("title", "status"))


def some_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields to be changed, at least one."""
    fields = checked(body)
    if not fields:
        known = ", ".join(CHECKS)
        raise ApiError("VALIDATION_FAILED", f"Give at least one of: {known}", 400)
    return fields


def checked(body: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the known fields of a body, checked; 400 for the first that is not right."""
    for field in required:
        if field not in body:
            raise invalid(field, "is required")
    return {field: check(body[field]) for field, check in CHECKS.items() if field in body}
