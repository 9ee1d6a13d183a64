"""Users, for admins, as classes of views."""

from flask import Blueprint, request
from flask.views import MethodView
from flask_jwt_extended import current_user

from app import audit
from app.auth.identity import require_token
from app.documentation.descriptions import described
from app.documentation.shapes import many, one
from app.errors import ApiError
from app.extensions import db
from app.json_body import json_object
from app.models import User
from app.pages import Page
from app.responses import collection, success
from app.users.schemas import managed_user, user_changes, user_query

users = Blueprint("users", __name__, url_prefix="/api/users")


@users.before_request
def only_admins():
    if request.method == "OPTIONS":
        return
    require_token("access")
    if current_user.role != "admin":
        audit.record("forbidden", user=current_user.id)
        raise ApiError("FORBIDDEN", "Only admins see users", 403)


@users.after_request
def never_stored(response):
    response.headers["Cache-Control"] = "no-store"
    return response


def shown(user):
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "is_active": user.is_active,
        "created_at": user.created_at.isoformat(),
    }


def found(number):
    user = db.session.get(User, number) if number < 2**31 else None
    if user is None:
        raise ApiError("USER_NOT_FOUND", "There is no such user", 404)
    return user


@users.get("")
@described({200: many(managed_user)}, query=user_query, errors=(403,))
def index():
    """List users."""
    asked = user_query.load(request.args)
    word = asked["q"].lower()
    everybody = db.session.scalars(db.select(User).order_by(User.username))
    matching = [u for u in everybody if word in u.username.lower() or word in u.email.lower()]
    start = (asked["page"] - 1) * asked["per_page"]
    part = matching[start : start + asked["per_page"]]
    page = Page(part, asked["page"], asked["per_page"], len(matching))
    return collection([shown(user) for user in part], page)


class OneUser(MethodView):
    def get(self, number):
        return success(shown(found(number)))

    def patch(self, number):
        user = found(number)
        body = json_object()
        strange = set(body) - {"role", "is_active"}
        right = body.get("role", "user") in ("user", "admin")
        right = right and isinstance(body.get("is_active", True), bool)
        if strange or not body or not right:
            raise ApiError("VALIDATION_FAILED", "Send role or is_active", 422)
        if user is current_user or user.id == current_user.id:
            raise ApiError("NOT_ONESELF", "Ask another admin", 409)
        user.role = body.get("role", user.role)
        user.is_active = body.get("is_active", user.is_active)
        db.session.commit()
        audit.record("user_changed", admin=current_user.id, whom=user.id, role=user.role)
        return success(shown(user))


view = OneUser.as_view("one")


@users.get("/<int:user_id>")
@described({200: one(managed_user)}, errors=(403,))
def read(user_id):
    """Show a user."""
    return view(number=user_id)


@users.patch("/<int:user_id>")
@described({200: one(managed_user)}, body=user_changes, errors=(403, 409))
def change(user_id):
    """Change a user."""
    return view(number=user_id)
