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

    # TODO input-schema: declare title, description, status and tags, with their limits


class TaskReplacement(TaskInput):
    """A whole task in the place of another: what is not given is reset."""

    # TODO replace-and-patch: a replacement has to say the status, too


class TaskChanges(TaskInput):
    """Some fields of a task."""

    # TODO replace-and-patch: refuse changes that change nothing


class TaskOutput(Schema):
    """A task as a client sees it."""

    id = fields.Integer()
    title = fields.String()
    description = fields.String()
    status = fields.String()
    # TODO output-schema: show the names of the tags in order, and the two times


class TaskQuery(Schema):
    """The query string of the list. Parameters that are not declared here mean nothing."""

    class Meta:
        unknown = EXCLUDE

    status = fields.String(validate=validate.OneOf(STATUSES))
    tag = Text()
    # TODO query-schema: declare page and per_page, with defaults and limits
    # TODO sort-and-search: declare sort, where a name may be preceded by -, and q
    # TODO sparse-fields: declare "fields", as wanted: the schema has fields itself


task_input = TaskInput()
task_replacement = TaskReplacement()
# TODO replace-and-patch: with partial, what is required may be absent, without a default
task_changes = TaskChanges()
task_output = TaskOutput()
task_query = TaskQuery()
