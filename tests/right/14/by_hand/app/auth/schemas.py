"""What a client may send about users, and what it is shown of them."""

from flask_marshmallow import Schema
from marshmallow import fields, validate

from app.fields import StorableString, Text
from app.models import EMAIL_LENGTH, USERNAME_LENGTH

# Eight is the least that NIST SP 800-63B allows; the most keeps hashing from being an attack.
PASSWORD_LENGTHS = (8, 128)


class Registration(Schema):
    """A new user. There is no role here: nobody chooses their own."""

    username = Text(
        required=True,
        validate=[
            validate.Length(3, USERNAME_LENGTH),
            validate.Regexp(r"[A-Za-z0-9._-]*\Z", error="Only letters, digits, and . _ - please."),
        ],
    )
    email = StorableString(
        required=True, validate=[validate.Email(), validate.Length(max=EMAIL_LENGTH)]
    )
    password = StorableString(required=True, validate=validate.Length(*PASSWORD_LENGTHS))


class Credentials(Schema):
    """What a user logs in with. Not the rules for a new password: old ones may break them."""

    username = Text(required=True)
    password = StorableString(required=True, validate=validate.Length(max=PASSWORD_LENGTHS[1]))


class UserOutput(Schema):
    """A user as a client sees it: each field by name, so that no hash slips in."""

    id = fields.Integer()
    username = fields.String()
    email = fields.String()
    role = fields.String()
    created_at = fields.AwareDateTime(format="iso")


registration = Registration()
credentials = Credentials()
user_output = UserOutput()
