"""What a client may send about users, and what it is shown of them."""

from flask_marshmallow import Schema
from marshmallow import fields, validate

from app.fields import Moment, StorableString, Text
from app.models import EMAIL_LENGTH, ROLES, USERNAME_LENGTH

# Eight is the least that NIST SP 800-63B allows; the most keeps hashing from being an attack.
PASSWORD_LENGTHS = (8, 128)


class Registration(Schema):
    """A new user. There is no role here: nobody chooses their own."""

    username = Text(
        required=True,
        validate=[
            validate.Length(3, USERNAME_LENGTH),
            # As JSON Schema can say it. `$` allows a line break at the end, which is gone by then.
            validate.Regexp(r"^[A-Za-z0-9._-]*$", error="Only letters, digits, and . _ - please."),
        ],
        metadata={"example": "ada"},
    )
    email = StorableString(
        required=True,
        validate=[validate.Email(), validate.Length(max=EMAIL_LENGTH)],
        metadata={"format": "email", "example": "ada@example.com"},
    )
    password = StorableString(
        required=True,
        validate=validate.Length(*PASSWORD_LENGTHS),
        metadata={"format": "password", "example": "correct horse battery staple"},
    )


class Credentials(Schema):
    """What a user logs in with. Not the rules for a new password: old ones may break them."""

    username = Text(required=True, metadata={"example": "user"})
    password = StorableString(
        required=True,
        validate=validate.Length(max=PASSWORD_LENGTHS[1]),
        metadata={"format": "password", "example": "password"},
    )


class UserOutput(Schema):
    """A user as a client sees it: each field by name, so that no hash slips in."""

    id = fields.Integer(required=True, metadata={"example": 2})
    username = fields.String(required=True, metadata={"example": "user"})
    email = fields.String(required=True, metadata={"example": "user@example.com"})
    role = fields.String(
        required=True, validate=validate.OneOf(ROLES), metadata={"example": "user"}
    )
    created_at = Moment()


class TokenPair(Schema):
    """A new access token, and the refresh token that new ones are had with (RFC 6749, 5.1)."""

    access_token = fields.String(required=True, metadata={"example": "eyJhbGciOi..."})
    refresh_token = fields.String(required=True, metadata={"example": "eyJhbGciOi..."})
    token_type = fields.String(
        required=True, validate=validate.Equal("Bearer"), metadata={"example": "Bearer"}
    )
    expires_in = fields.Integer(
        required=True, metadata={"description": "In so many seconds.", "example": 900}
    )


registration = Registration()
credentials = Credentials()
user_output = UserOutput()
token_pair = TokenPair()
