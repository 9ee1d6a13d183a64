"""What a client is shown of a job."""

from flask_marshmallow import Schema
from marshmallow import fields, validate

from app.fields import Link, Moment
from app.models import JOB_STATES

# The id of no job: an example.
JOB_ID = "0b9c5d4e-7f8a-4b1c-9d2e-3f4a5b6c7d8e"


class JobOutput(Schema):
    """A job as its owner sees it."""

    job_id = fields.String(required=True, attribute="id", metadata={"example": JOB_ID})
    state = fields.String(
        required=True, validate=validate.OneOf(JOB_STATES), metadata={"example": "SUCCESS"}
    )
    result = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "What it has led to.", "example": {"task_id": 3}},
    )
    error = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "Why it has failed: `code` and `message`.", "example": None},
    )
    created_at = Moment()
    updated_at = Moment()


class AcceptedOutput(Schema):
    """A job that has begun, or will."""

    job_id = fields.String(required=True, metadata={"example": JOB_ID})
    status_url = Link(f"/api/jobs/{JOB_ID}")


job_output = JobOutput()
accepted_output = AcceptedOutput()
