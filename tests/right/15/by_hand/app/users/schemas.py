"""What an admin may send about users, and is shown of them."""

from typing import Any

from flask_marshmallow import Schema
from marshmallow import EXCLUDE, ValidationError, fields, validate, validates_schema

from app.auth.schemas import UserOutput
from app.fields import Text, YesOrNo
from app.models import ROLES
from app.tasks.schemas import MAX_PAGE, MAX_PER_PAGE


class UserQuery(Schema):
    """The query string of the list."""

    class Meta:
        unknown = EXCLUDE

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "Which page; one past the end is empty.", "example": 1},
    )
    per_page = fields.Integer(
        load_default=20,
        validate=validate.Range(1, MAX_PER_PAGE),
        metadata={"description": "How many users are on a page.", "example": 20},
    )
    q = Text(
        load_default="",
        metadata={"description": "Only users with this in name or address.", "example": "us"},
    )


class UserChanges(Schema):
    """What an admin may change of a user: two fields, and no other one."""

    role = fields.String(validate=validate.OneOf(ROLES), metadata={"example": "user"})
    is_active = YesOrNo(metadata={"example": True})

    @validates_schema
    def require_a_change(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an empty object, which can only be a mistake."""
        if not data:
            raise ValidationError(f"Give at least one of: {', '.join(self.fields)}")


class ManagedUserOutput(UserOutput):
    """A user as an admin sees it."""

    is_active = fields.Boolean(required=True, metadata={"example": True})


user_query = UserQuery()
user_changes = UserChanges()
managed_user = ManagedUserOutput()
