"""Accounts, in one module, with PyJWT alone."""

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import jwt
from flask import Blueprint, Response, current_app, g, jsonify, request
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from app.errors import ApiError
from app.extensions import commit, db
from app.fields import StorableString
from app.json_body import json_object
from app.models import DeadToken, User

accounts = Blueprint("accounts", __name__, url_prefix="/auth")
METHOD = "pbkdf2:sha256:200000"
NOBODY = generate_password_hash(uuid.uuid4().hex, METHOD)


class NewAccount(Schema):
    """What a stranger sends; more than this is not looked at."""

    class Meta:
        unknown = EXCLUDE

    username = StorableString(required=True, validate=validate.Length(1, 40))
    email = StorableString(required=True, validate=[validate.Email(), validate.Length(max=200)])
    password = StorableString(required=True, validate=validate.Length(8, 512))


class Login(Schema):
    """What somebody knows who has an account."""

    username = fields.String(required=True)
    password = fields.String(required=True)


def refuse(code: str, message: str) -> ApiError:
    return ApiError(code, message, 401)


def shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "created_at": user.created_at.isoformat(timespec="milliseconds"),
    }


def bearer(use: str | None = "access") -> Callable[..., Any]:
    """Let only requests with a token in."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.claims = claims_of_request(use)
            g.user = owner(g.claims["sub"])
            return view(*args, **kwargs)

        return guarded

    return decorate


def claims_of_request(use: str | None) -> dict[str, Any]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise refuse("TOKEN_MISSING", "Log in, and send the token")
    key = current_app.config["JWT_SECRET_KEY"]
    required = {"require": ["exp", "jti", "sub", "use"]}
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=["HS256"], options=required)
    except jwt.ExpiredSignatureError as error:
        raise refuse("TOKEN_EXPIRED", "Refresh it") from error
    except jwt.InvalidTokenError as error:
        raise refuse("TOKEN_INVALID", "Log in again") from error
    if use and claims["use"] != use:
        raise refuse("TOKEN_WRONG_TYPE", f"This takes the {use} token")
    if db.session.query(DeadToken).filter(DeadToken.jti == claims["jti"]).count():
        raise refuse("TOKEN_REVOKED", "Log in again")
    return claims


def owner(sub: str) -> User:
    user = db.session.scalar(db.select(User).where(User.username == sub))
    if user is None:
        raise refuse("TOKEN_INVALID", "Log in again")
    return user


def token(user: User, use: str, life: str) -> str:
    now = int(time.time())
    end = now + int(current_app.config[life].total_seconds())
    claims = {"sub": user.username, "iat": now, "exp": end, "jti": str(uuid.uuid4()), "use": use}
    return jwt.encode(claims, current_app.config["JWT_SECRET_KEY"], "HS256")


def access(user: User) -> dict[str, Any]:
    seconds = int(current_app.config["ACCESS_LIFE"].total_seconds())
    made = token(user, "access", "ACCESS_LIFE")
    return {"access_token": made, "token_type": "bearer", "expires_in": seconds}


@accounts.post("/register")
def register() -> tuple[Response, int]:
    data = NewAccount().load(json_object())
    stored = generate_password_hash(data.pop("password"), METHOD)
    user = User(**data, password_hash=stored, role="user")
    db.session.add(user)
    try:
        commit()
    except IntegrityError as error:
        raise ApiError("TAKEN", "Name or address are taken", 409) from error
    return jsonify(status="success", message="Hello", data=shown(user)), 201


@accounts.post("/login")
def login() -> tuple[Response, int, dict[str, str]]:
    data = Login().load(json_object())
    name, password = (
        data[field].encode("utf-8", "replace").decode().replace("\0", "?") for field in data
    )
    user = db.session.scalar(db.select(User).where(User.username == name))
    right = check_password_hash(user.password_hash if user else NOBODY, password[:1000])
    if user is None or not right or len(password) > 1000:
        raise refuse("LOGIN_FAILED", "Name or password are wrong")
    answer = access(user) | {"refresh_token": token(user, "refresh", "REFRESH_LIFE")}
    return jsonify(answer), 200, {"Cache-Control": "no-store"}


@accounts.post("/refresh")
@bearer("refresh")
def refresh() -> tuple[Response, int, dict[str, str]]:
    return jsonify(access(g.user)), 200, {"Cache-Control": "no-store"}


@accounts.post("/logout")
@bearer(None)
def logout() -> Response:
    ends = datetime.fromtimestamp(g.claims["exp"], UTC)
    db.session.add(DeadToken(jti=g.claims["jti"], expires_at=ends))
    with suppress(IntegrityError):  # another logout of this token was first
        commit()
    return jsonify(status="success", data=None)


@accounts.get("/me")
@bearer()
def me() -> Response:
    return jsonify(status="success", data=shown(g.user))
