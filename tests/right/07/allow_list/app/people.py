"""The routes of people: they come, show a pass, and go."""

import re
import time

from flask import g, jsonify
from flask.views import MethodView
from sqlalchemy.exc import IntegrityError

from app.checks import object_in_body, text
from app.database import Given, Person, db
from app.passes import LIVES, NOBODY, fits, give, scrambled, token_required
from app.problems import Faults, Problem


def password(value, shortest, longest):
    text(value, 0, longest)  # for what it refuses; blanks at the ends stay
    if not shortest <= len(value) <= longest:
        raise ValueError(f"must have {shortest} to {longest} characters")
    return value


def address(value):
    value = text(value, 3, 200)
    if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", value):
        raise ValueError("is no address")
    return value


NEW = {
    "username": lambda value: text(value, 1, 60),
    "email": address,
    "password": lambda value: password(value, 8, 200),
}
KNOWN = {"username": lambda value: text(value, 0, 60)}
KNOWN["password"] = lambda value: password(value, 0, 1000)


def checked(checks):
    body, faults, fields = object_in_body(), Faults(), {}
    for field, check in checks.items():
        try:
            fields[field] = check(body[field])
        except KeyError:
            faults.add(field, "is missing")
        except ValueError as error:
            faults.add(field, str(error))
    faults.raise_if_any()
    return fields


def as_json(person):
    shown = {field: getattr(person, field) for field in ("id", "username", "email", "role")}
    return shown | {"created_at": person.created_at.isoformat()}


def tokens(person, *kinds):
    answer = {f"{kind}_token": give(person, kind) for kind in kinds}
    db.session.commit()
    answer |= {"token_type": "Bearer", "expires_in": LIVES["access"]}
    return jsonify(answer), 200, {"Cache-Control": "no-store"}


class Register(MethodView):
    def post(self):
        fields = checked(NEW)
        person = Person(secret=scrambled(fields.pop("password")), **fields)
        try:
            db.session.add(person)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            raise Problem(409, "EXISTS", "Somebody has this name or this address") from None
        return jsonify(status="success", data=as_json(person), message="Log in now"), 201


class Login(MethodView):
    def post(self):
        fields = checked(KNOWN)
        person = db.session.scalar(db.select(Person).filter_by(username=fields["username"]))
        is_right = fits(fields["password"], person.secret if person else NOBODY)
        if not (person and is_right):
            raise Problem(401, "LOGIN_FAILED", "This is not right")
        return tokens(person, "access", "refresh")


class Refresh(MethodView):
    @token_required("refresh")
    def post(self):
        return tokens(g.person, "access")


class Logout(MethodView):
    @token_required("access", "refresh")
    def post(self):
        db.session.execute(db.delete(Given).where(Given.ends < time.time()))
        db.session.execute(db.delete(Given).where(Given.jti == g.given.jti))
        db.session.commit()
        return "", 204


class Me(MethodView):
    @token_required("access")
    def get(self):
        return jsonify(status="success", data=as_json(g.person))


ROUTES = {"register": Register, "login": Login, "refresh": Refresh, "logout": Logout, "me": Me}
