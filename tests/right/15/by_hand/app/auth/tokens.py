"""Tokens: what is in them, whom they stand for, and the answers when one is not good.

A token is signed, not encrypted: everybody can read it, nobody can change it (RFC 7519). It says
who the user is, and not what the user may do: that is looked up, as it can change before the token
ends.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask, Response, current_app, g
from flask_jwt_extended import create_access_token, create_refresh_token, get_jti
from flask_jwt_extended.exceptions import WrongTokenError

from app.auth import services
from app.errors import ApiError, failure
from app.extensions import jwt
from app.models import MAX_ID, User, utc_now

Claims = dict[str, Any]


def init_app(app: Flask) -> None:
    """Tell tokens of the wrong kind from those that are wrong in any other way."""
    app.register_error_handler(WrongTokenError, wrong_type)


def begin(user: User) -> dict[str, Any]:
    """Return the tokens of a new login."""
    login_id = str(uuid4())
    tokens = pair(user, login_id)
    services.begin_login(login_id, user.id, id_of(tokens["refresh_token"]), end_of_refresh())
    return tokens


def renew(user: User, claims: Claims) -> dict[str, Any]:
    """Return new tokens in the place of a refresh token, given its claims.

    Raises:
        ApiError: `TOKEN_REVOKED` when it was used before.

    """
    tokens = pair(user, claims["login"])
    new_jti = id_of(tokens["refresh_token"])
    services.rotate(claims["login"], claims["jti"], new_jti, end_of_refresh())
    return tokens


def pair(user: User, login_id: str) -> dict[str, Any]:
    """Return a new access token and a new refresh token, as RFC 6749 section 5.1 has it."""
    subject, claims = str(user.id), {"login": login_id}
    return {
        "access_token": create_access_token(subject, additional_claims=claims),
        "refresh_token": create_refresh_token(subject, additional_claims=claims),
        "token_type": "Bearer",
        "expires_in": int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds()),
    }


def id_of(token: str) -> str:
    """Return the id in a token of ours."""
    return str(get_jti(token))


def end_of_refresh() -> datetime:
    """Return when a refresh token that is made now ends."""
    lasts: timedelta = current_app.config["JWT_REFRESH_TOKEN_EXPIRES"]
    return utc_now() + lasts


@jwt.token_in_blocklist_loader
def is_revoked(_header: Claims, claims: Claims) -> bool:
    """Tell whether a token was revoked. It is asked before the user is, and finds both."""
    g.holder, revoked = services.holder(id_in(claims), claims["jti"], claims.get("login"))
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
    """Tell whether a token has an id, to be revoked by, and an end; a refresh token, its login."""
    is_of_a_login = claims["type"] != "refresh" or isinstance(claims.get("login"), str)
    return bool(claims.get("jti")) and "exp" in claims and is_of_a_login


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
