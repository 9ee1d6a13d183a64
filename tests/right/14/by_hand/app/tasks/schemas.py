"""What a client may send about tasks, and what it is shown of them.

Each schema is made once, at the end of this module: they hold nothing of a request, so all threads
can use them at the same time.
"""

from typing import Any

from flask_marshmallow import Schema
from marshmallow import EXCLUDE, ValidationError, fields, validate, validates_schema

from app.fields import Names, Text
from app.models import DESCRIPTION_LENGTH, STATUSES, TAG_LENGTH, TITLE_LENGTH

TAGS_PER_TASK = 20
SHOWN = (
    "id",
    "title",
    "description",
    "status",
    "tags",
    "due_date",
    "owner_id",
    "created_at",
    "updated_at",
)
SORTABLE = (
    "id",
    "title",
    "status",
    "due_date",
    "created_at",
    "updated_at",
)
# Far beyond any page there is, and small enough that a database can count so far.
MAX_PAGE = 2**31 - 1
MAX_PER_PAGE = 100


class TaskInput(Schema):
    """A new task. Fields that are not declared here are refused, `id` among them."""

    title = Text(required=True, validate=validate.Length(1, TITLE_LENGTH))
    description = Text(load_default="", validate=validate.Length(0, DESCRIPTION_LENGTH))
    status = fields.String(load_default="pending", validate=validate.OneOf(STATUSES))
    tags = fields.List(
        Text(validate=validate.Length(1, TAG_LENGTH)),
        load_default=list,
        validate=validate.Length(0, TAGS_PER_TASK),
    )
    due_date = fields.Date(load_default=None, allow_none=True)


class TaskReplacement(TaskInput):
    """A whole task in the place of another: what is not given is reset."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))


class TaskChanges(TaskInput):
    """Some fields of a task."""

    @validates_schema
    def require_a_change(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an empty object, which can only be a mistake."""
        if not data:
            raise ValidationError(f"Give at least one of: {', '.join(self.fields)}")


class TaskOutput(Schema):
    """A task as a client sees it."""

    id = fields.Integer()
    title = fields.String()
    description = fields.String()
    status = fields.String()
    tags = fields.Function(lambda task: sorted(tag.name for tag in task.tags))
    due_date = fields.Date()
    owner_id = fields.Integer()
    created_at = fields.AwareDateTime(format="iso")
    updated_at = fields.AwareDateTime(format="iso")


class TaskQuery(Schema):
    """The query string of the list. Parameters that are not declared here mean nothing."""

    class Meta:
        unknown = EXCLUDE

    status = fields.String(validate=validate.OneOf(STATUSES))
    tag = Text()
    due_before = fields.Date()
    page = fields.Integer(load_default=1, validate=validate.Range(1, MAX_PAGE))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, MAX_PER_PAGE))
    sort = Names(SORTABLE, descending=True, load_default=["-created_at"])
    q = Text(load_default="")
    wanted = Names(SHOWN, data_key="fields", load_default=list(SHOWN))


task_input = TaskInput()
task_replacement = TaskReplacement()
task_changes = TaskChanges(partial=True)
task_output = TaskOutput()
task_query = TaskQuery()
