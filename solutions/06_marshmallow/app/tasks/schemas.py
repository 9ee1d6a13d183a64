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
SHOWN = ("id", "title", "description", "status", "tags", "created_at", "updated_at")
SORTABLE = ("id", "title", "status", "created_at", "updated_at")
# Far beyond any page there is, and small enough that a database can count so far.
MAX_PAGE = 2**31 - 1
MAX_PER_PAGE = 100


class TaskInput(Schema):
    """A new task. Fields that are not declared here are refused, `id` among them."""

    # BEGIN SOLUTION input-schema: declare title, description, status and tags, with their limits
    title = Text(required=True, validate=validate.Length(1, TITLE_LENGTH))
    description = Text(load_default="", validate=validate.Length(0, DESCRIPTION_LENGTH))
    status = fields.String(load_default="pending", validate=validate.OneOf(STATUSES))
    tags = fields.List(
        Text(validate=validate.Length(1, TAG_LENGTH)),
        load_default=list,
        validate=validate.Length(0, TAGS_PER_TASK),
    )
    # END SOLUTION


class TaskReplacement(TaskInput):
    """A whole task in the place of another: what is not given is reset."""

    # BEGIN SOLUTION replace-and-patch: a replacement has to say the status, too
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    # END SOLUTION


class TaskChanges(TaskInput):
    """Some fields of a task."""

    # BEGIN SOLUTION replace-and-patch: refuse changes that change nothing
    @validates_schema
    def require_a_change(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an empty object, which can only be a mistake."""
        if not data:
            raise ValidationError(f"Give at least one of: {', '.join(self.fields)}")

    # END SOLUTION


class TaskOutput(Schema):
    """A task as a client sees it."""

    id = fields.Integer()
    title = fields.String()
    description = fields.String()
    status = fields.String()
    # BEGIN SOLUTION output-schema: show the names of the tags in order, and the two times
    tags = fields.Function(lambda task: sorted(tag.name for tag in task.tags))
    created_at = fields.AwareDateTime(format="iso")
    updated_at = fields.AwareDateTime(format="iso")
    # END SOLUTION


class TaskQuery(Schema):
    """The query string of the list. Parameters that are not declared here mean nothing."""

    class Meta:
        unknown = EXCLUDE

    status = fields.String(validate=validate.OneOf(STATUSES))
    tag = Text()
    # BEGIN SOLUTION query-schema: declare page and per_page, with defaults and limits
    page = fields.Integer(load_default=1, validate=validate.Range(1, MAX_PAGE))
    per_page = fields.Integer(load_default=20, validate=validate.Range(1, MAX_PER_PAGE))
    # END SOLUTION
    # BEGIN SOLUTION sort-and-search: declare sort, where a name may be preceded by -, and q
    sort = Names(SORTABLE, descending=True, load_default=["-created_at"])
    q = Text(load_default="")
    # END SOLUTION
    # BEGIN SOLUTION sparse-fields: declare "fields", as wanted: the schema has fields itself
    wanted = Names(SHOWN, data_key="fields", load_default=list(SHOWN))
    # END SOLUTION


task_input = TaskInput()
task_replacement = TaskReplacement()
# BEGIN SOLUTION replace-and-patch: with partial, what is required may be absent, without a default
# STARTER: task_changes = TaskChanges()
task_changes = TaskChanges(partial=True)
# END SOLUTION
task_output = TaskOutput()
task_query = TaskQuery()
