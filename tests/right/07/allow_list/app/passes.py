"""Passwords and tokens. A token is good as long as it is on the list of those that were given."""

import hashlib
import hmac
import os
import time
import uuid
from functools import wraps

import jwt
from flask import current_app, g, request

from app.database import Given, Person, db
from app.problems import Problem

LIVES = {"access": 1800, "refresh": 14 * 86400}
COST = {"n": 2**14, "r": 8, "p": 1}
NOBODY = os.urandom(16).hex() + ":" + os.urandom(64).hex()


def scrambled(password, salt=None):
    salt = salt or os.urandom(16)
    return f"{salt.hex()}:{hashlib.scrypt(password.encode(), salt=salt, **COST).hex()}"


def fits(password, stored):
    salt = bytes.fromhex(stored.split(":")[0])
    return hmac.compare_digest(scrambled(password, salt), stored)


def give(person, kind):
    """Make a token, and put it on the list. The caller commits."""
    now = int(time.time())
    jti = uuid.uuid4().hex
    db.session.add(Given(jti=jti, ends=now + LIVES[kind]))
    claims = {"jti": jti, "sub": f"{kind}:{person.id}", "iat": now, "exp": now + LIVES[kind]}
    return jwt.encode(claims, current_app.config["JWT_SECRET_KEY"], "HS256")


def presented():
    words = request.headers.get("Authorization", "").split()
    if len(words) != 2 or words[0].lower() != "bearer":
        raise Problem(401, "TOKEN_MISSING", "Send `Authorization: Bearer` and a token")
    try:
        return jwt.decode(
            words[1],
            current_app.config["JWT_SECRET_KEY"],
            algorithms=["HS256"],
            options={"require": ["exp", "jti", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise Problem(401, "TOKEN_EXPIRED", "The time of this token is over") from None
    except jwt.InvalidTokenError:
        raise Problem(401, "TOKEN_INVALID", "This is no token of ours") from None


def token_required(*kinds):
    def around(view):
        @wraps(view)
        def inner(*args, **kwargs):
            claims = presented()
            kind, _, number = claims["sub"].partition(":")
            is_sane = kind in LIVES and number.isascii() and number.isdigit() and len(number) < 10
            person = db.session.get(Person, int(number)) if is_sane else None
            if person is None:
                raise Problem(401, "TOKEN_INVALID", "This is no token of ours")
            if kind not in kinds:
                raise Problem(401, "TOKEN_WRONG_TYPE", f"Send the {kinds[0]} token")
            g.given = db.session.scalar(db.select(Given).filter_by(jti=claims["jti"]))
            if g.given is None:
                raise Problem(401, "TOKEN_REVOKED", "You have logged out")
            g.person = person
            return view(*args, **kwargs)

        return inner

    return around


def admins_only(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if g.person.role != "admin":
            raise Problem(403, "FORBIDDEN", "Ask an admin")
        return view(*args, **kwargs)

    return inner
