"""The envelopes of `app.responses` and `app.errors`, as the document describes them."""

from typing import Any

from flask_marshmallow import Schema
from marshmallow import fields, validate

from app.fields import Link
from app.hints import ACTIONS


class HintOutput(Schema):
    """What a program can do about an error."""

    action = fields.String(
        required=True,
        validate=validate.OneOf(ACTIONS),
        metadata={"example": "log_in"},
    )
    method = fields.String(metadata={"example": "POST"})
    href = fields.Url(metadata={"example": "http://127.0.0.1:5000/auth/login"})


class ErrorOutput(Schema):
    """What went wrong."""

    code = fields.String(
        required=True,
        metadata={"description": "For programs; it stays the same.", "example": "TOKEN_MISSING"},
    )
    message = fields.String(
        required=True,
        metadata={
            "description": "For people; it says how to put it right.",
            "example": "Send a token: Authorization: Bearer <access_token>",
        },
    )
    details = fields.Dict(
        required=True,
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "What is wrong, by the name of the field.", "example": {}},
    )
    hint = fields.Nested(
        HintOutput, metadata={"description": "Where there is something that a program can do."}
    )


class PageOutput(Schema):
    """Which page of a collection it is."""

    page = fields.Integer(required=True, metadata={"example": 1})
    per_page = fields.Integer(required=True, metadata={"example": 20})
    total = fields.Integer(required=True, metadata={"example": 3})
    pages = fields.Integer(required=True, metadata={"example": 1})


class PageLinksOutput(Schema):
    """Where the other pages are (RFC 8288); null where there is none."""

    self_ = Link("/api/tasks?page=1", data_key="self")
    first = Link("/api/tasks?page=1")
    prev = Link("/api/tasks?page=1", allow_none=True)
    next = Link("/api/tasks?page=1", allow_none=True)
    last = Link("/api/tasks?page=1")


def one(schema: Schema, **more: Any) -> dict[str, Any]:
    """Return the shape of a success with one thing in it, and with more beside it."""
    return _envelope("success", data=schema, **more)


def many(schema: Schema) -> dict[str, Any]:
    """Return the shape of a page of a collection."""
    data = {"type": "array", "items": schema}
    return _envelope("success", data=data, meta=PageOutput(), links=PageLinksOutput())


def failed() -> dict[str, Any]:
    """Return the shape of every failure."""
    return _envelope("error", error=ErrorOutput())


def _envelope(status: str, **parts: Any) -> dict[str, Any]:
    said = {"type": "string", "enum": [status], "example": status}
    properties = {"status": said} | parts
    return {"type": "object", "required": list(properties), "properties": properties}
