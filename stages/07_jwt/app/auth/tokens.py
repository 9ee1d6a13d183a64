"""Tokens: what is in them, whom they stand for, and the answers when one is not good.

A token is signed, not encrypted: everybody can read it, nobody can change it (RFC 7519). It says
who the user is, and not what the user may do: that is looked up, as it can change before the token
ends.
"""

import re
from typing import Any

from flask import Flask, Response, current_app
from flask_jwt_extended import create_access_token, create_refresh_token
from flask_jwt_extended.exceptions import WrongTokenError

from app.auth import services
from app.errors import ApiError, failure
from app.extensions import db, jwt
from app.models import MAX_ID, User

Claims = dict[str, Any]


def init_app(app: Flask) -> None:
    """Tell tokens of the wrong kind from those that are wrong in any other way."""
    # TODO token-errors: register wrong_type for WrongTokenError


def answer_for(user: User, *, refresh: bool) -> dict[str, Any]:
    """Return a new access token, and a refresh token if wanted, as RFC 6749 section 5.1 has it."""
    # TODO login-user: make the tokens; the subject of a token is a string (RFC 7519)
    raise ApiError("NOT_IMPLEMENTED", f"Tokens of {user} are not built yet", 501)


# TODO current-user: return the user that a token stands for; None where there is none


# TODO logout: tell Flask-JWT-Extended which tokens were revoked


# TODO token-errors: refuse tokens without an id or an end, which could not be revoked


def unauthorized(code: str, message: str) -> Response:
    """Answer a request whose token is not good."""
    return failure(ApiError(code, message, 401))


def not_valid() -> Response:
    """Answer a request whose token is not one of ours; why is nobody's business."""
    return unauthorized("TOKEN_INVALID", "This token is not valid; log in for another one")


# TODO token-errors: answer each way in which a token can be wrong with 401 and its code
