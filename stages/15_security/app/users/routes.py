"""The routes of the administration of users, which are for admins."""

from flask import Blueprint, Response, request
from flask_jwt_extended import current_user

from app.auth.identity import require_token
from app.auth.permissions import require_role
from app.caching import private
from app.documentation.descriptions import described
from app.documentation.shapes import many, one
from app.json_body import json_object
from app.responses import collection, success
from app.users import services
from app.users.schemas import managed_user, user_changes, user_query

users = Blueprint("users", __name__, url_prefix="/api/users")


@users.before_request
def require_admin() -> None:
    """Let nobody in but admins: once for all views, so that none can be forgotten."""
    require_token("access")
    # TODO users: let nobody but admins in


users.after_request(private)


@users.get("")
@described({200: many(managed_user)}, query=user_query, errors=(403,))
def list_users() -> Response:
    """List a page of the users, by their names."""
    # TODO users: load the query, and answer with a page of users; none is kept
    return Response("Users cannot be listed yet\n", 501)


@users.get("/<int:user_id>")
@described({200: one(managed_user)}, errors=(403,))
def get_user(user_id: int) -> Response:
    """Show one user."""
    return success(managed_user.dump(services.get_user(user_id)))


@users.patch("/<int:user_id>")
@described({200: one(managed_user)}, body=user_changes, errors=(403, 409))
def change_user(user_id: int) -> Response:
    """Change the role of a user, or whether the user is active."""
    # TODO users: answer with the user as changed
    return Response("Users cannot be changed yet\n", 501)
