"""What a client is shown of a job."""

from flask_marshmallow import Schema
from marshmallow import fields


class JobOutput(Schema):
    """A job as its owner sees it."""

    job_id = fields.String(attribute="id")
    state = fields.String()
    result = fields.Raw()
    error = fields.Raw()
    created_at = fields.AwareDateTime(format="iso")
    updated_at = fields.AwareDateTime(format="iso")


job_output = JobOutput()
