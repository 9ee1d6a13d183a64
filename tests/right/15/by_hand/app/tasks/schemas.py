"""What a client may send about tasks, and what it is shown of them.

Each schema is made once, at the end of this module: they hold nothing of a request, so all threads
can use them at the same time.
"""

from typing import Any

from flask_marshmallow import Schema
from marshmallow import EXCLUDE, ValidationError, fields, validate, validates_schema

from app.fields import Moment, Names, Text
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

    title = Text(
        required=True,
        validate=validate.Length(1, TITLE_LENGTH),
        metadata={"example": "Read the log"},
    )
    description = Text(
        load_default="",
        validate=validate.Length(0, DESCRIPTION_LENGTH),
        metadata={"example": "All of it."},
    )
    status = fields.String(
        load_default="pending",
        validate=validate.OneOf(STATUSES),
        metadata={"example": "pending"},
    )
    tags = fields.List(
        Text(validate=validate.Length(1, TAG_LENGTH)),
        load_default=list,
        validate=validate.Length(0, TAGS_PER_TASK),
        metadata={"example": ["ops"]},
    )
    due_date = fields.Date(load_default=None, allow_none=True, metadata={"example": "2027-01-31"})


class TaskReplacement(TaskInput):
    """A whole task in the place of another: what is not given is reset."""

    status = fields.String(
        required=True, validate=validate.OneOf(STATUSES), metadata={"example": "completed"}
    )


class TaskChanges(TaskInput):
    """Some fields of a task."""

    @validates_schema
    def require_a_change(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an empty object, which can only be a mistake."""
        if not data:
            raise ValidationError(f"Give at least one of: {', '.join(self.fields)}")


class TaskOutput(Schema):
    """A task as a client sees it."""

    id = fields.Integer(required=True, metadata={"example": 3})
    title = fields.String(required=True, metadata={"example": "Test Refactored API"})
    description = fields.String(
        required=True, metadata={"example": "Ask everything again that worked before."}
    )
    status = fields.String(
        required=True, validate=validate.OneOf(STATUSES), metadata={"example": "pending"}
    )
    tags = fields.Function(
        lambda task: sorted(tag.name for tag in task.tags),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}, "example": []},
    )
    due_date = fields.Date(required=True, allow_none=True, metadata={"example": None})
    owner_id = fields.Integer(required=True, metadata={"example": 2})
    created_at = Moment()
    updated_at = Moment()


class SomeOfTaskOutput(TaskOutput):
    """A task in the list, with the fields that `fields` asks for."""


class StatsOutput(Schema):
    """How many tasks there are."""

    pending = fields.Integer(required=True, metadata={"example": 1})
    completed = fields.Integer(required=True, metadata={"example": 2})
    total = fields.Integer(required=True, metadata={"example": 3})
    overdue = fields.Integer(
        required=True, metadata={"description": "Those that are pending still.", "example": 0}
    )


class TaskQuery(Schema):
    """The query string of the list. Parameters that are not declared here mean nothing."""

    class Meta:
        unknown = EXCLUDE

    status = fields.String(
        validate=validate.OneOf(STATUSES),
        metadata={"description": "Only tasks of this status.", "example": "pending"},
    )
    tag = Text(metadata={"description": "Only tasks with this tag.", "example": "ops"})
    due_before = fields.Date(
        metadata={"description": "Only tasks that are due before.", "example": "2027-01-31"}
    )
    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "Which page; one past the end is empty.", "example": 1},
    )
    per_page = fields.Integer(
        load_default=20,
        validate=validate.Range(1, MAX_PER_PAGE),
        metadata={"description": "How many tasks are on a page.", "example": 20},
    )
    sort = Names(
        SORTABLE,
        descending=True,
        load_default=["-created_at"],
        metadata={
            "description": "Columns, the most important one first; `-` turns one round.",
            "example": "status,-created_at",
        },
    )
    q = Text(
        load_default="",
        metadata={"description": "Only tasks with this text.", "example": "log"},
    )
    wanted = Names(
        SHOWN,
        data_key="fields",
        load_default=list(SHOWN),
        metadata={"description": "Which fields are shown.", "example": "id,title"},
    )


task_input = TaskInput()
task_replacement = TaskReplacement()
task_changes = TaskChanges(partial=True)
task_output = TaskOutput()
some_of_task = SomeOfTaskOutput(partial=True)
stats_output = StatsOutput()
task_query = TaskQuery()
