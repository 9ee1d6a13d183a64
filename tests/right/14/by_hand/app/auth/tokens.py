"""Tokens: what is in them, whom they stand for, and the answers when one is not good.

A token is signed, not encrypted: everybody can read it, nobody can change it (RFC 7519). It says
who the user is, and not what the user may do: that is looked up, as it can change before the token
ends.
"""

import re
from typing import Any

from flask import Flask, Response, current_app, g
from flask_jwt_extended import create_access_token, create_refresh_token
from flask_jwt_extended.exceptions import WrongTokenError

from app.auth import services
from app.errors import ApiError, failure
from app.extensions import jwt
from app.models import MAX_ID, User

Claims = dict[str, Any]


def init_app(app: Flask) -> None:
    """Tell tokens of the wrong kind from those that are wrong in any other way."""
    app.register_error_handler(WrongTokenError, wrong_type)


def answer_for(user: User, *, refresh: bool) -> dict[str, Any]:
    """Return a new access token, and a refresh token if wanted, as RFC 6749 section 5.1 has it."""
    subject = str(user.id)
    answer = {
        "access_token": create_access_token(subject),
        "token_type": "Bearer",
        "expires_in": int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds()),
    }
    if refresh:
        answer["refresh_token"] = create_refresh_token(subject)
    return answer


@jwt.token_in_blocklist_loader
def is_revoked(_header: Claims, claims: Claims) -> bool:
    """Tell whether a token was revoked. It is asked before the user is, and finds both."""
    g.holder, revoked = services.holder(id_in(claims), claims["jti"])
    return revoked


def id_in(claims: Claims) -> int | None:
    """Return the id of the user that a token is for; None where it can be none."""
    is_id = re.fullmatch(r"[0-9]{1,10}", claims["sub"]) and int(claims["sub"]) <= MAX_ID
    return int(claims["sub"]) if is_id else None


@jwt.user_lookup_loader
def user_of(_header: Claims, _claims: Claims) -> User | None:
    """Return the user of a token."""
    user: User | None = g.holder
    return user


@jwt.token_verification_loader
def is_complete(_header: Claims, claims: Claims) -> bool:
    """Tell whether a token has an id, to be revoked by, and an end."""
    return bool(claims.get("jti")) and "exp" in claims


def unauthorized(code: str, message: str) -> Response:
    """Answer a request whose token is not good."""
    return failure(ApiError(code, message, 401))


def not_valid() -> Response:
    """Answer a request whose token is not one of ours; why is nobody's business."""
    return unauthorized("TOKEN_INVALID", "This token is not valid; log in for another one")


@jwt.unauthorized_loader
def missing(_reason: str) -> Response:
    """Answer a request without a token."""
    return unauthorized("TOKEN_MISSING", "Send a token: Authorization: Bearer <access_token>")


@jwt.invalid_token_loader
def invalid(_reason: str) -> Response:
    """Answer a request whose token is malformed, or was not signed by us."""
    return not_valid()


@jwt.token_verification_failed_loader
def incomplete(_header: Claims, _claims: Claims) -> Response:
    """Answer a request whose token lacks a claim."""
    return not_valid()


@jwt.user_lookup_error_loader
def of_nobody(_header: Claims, _claims: Claims) -> Response:
    """Answer a request whose token stands for a user who is no more."""
    return not_valid()


@jwt.expired_token_loader
def expired(_header: Claims, _claims: Claims) -> Response:
    """Answer a request whose token has ended."""
    return unauthorized("TOKEN_EXPIRED", "This token has expired; refresh it, or log in again")


@jwt.revoked_token_loader
def revoked(_header: Claims, _claims: Claims) -> Response:
    """Answer a request whose token was revoked."""
    return unauthorized("TOKEN_REVOKED", "This token was revoked; log in again")


def wrong_type(_error: WrongTokenError) -> Response:
    """Answer a request with a refresh token where an access token belongs, or the reverse."""
    message = "Send the access token, and to /auth/refresh the refresh token"
    return unauthorized("TOKEN_WRONG_TYPE", message)
