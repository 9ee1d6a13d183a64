"""The routes of users and their tokens."""

from flask import Blueprint, Response, jsonify, make_response
from flask_jwt_extended import current_user, get_jwt, jwt_required

from app.auth import services, tokens
from app.auth.schemas import credentials, registration, user_output
from app.json_body import json_object
from app.responses import success

auth = Blueprint("auth", __name__, url_prefix="/auth")


@auth.after_request
def forbid_storing(response: Response) -> Response:
    """Keep tokens out of every cache (RFC 6749, section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return response


@auth.post("/register")
def register() -> Response:
    """Add a user."""
    # TODO register-user: load the body, call the service, answer 201 with a message
    return Response("Registering is not built yet\n", 501)


@auth.post("/login")
def login() -> Response:
    """Give a user two tokens: a short one to use, a long one to get new ones with."""
    # TODO login-user: load the body, authenticate, and answer with both tokens
    return Response("Logging in is not built yet\n", 501)


@auth.post("/refresh")
# TODO refresh-token: require a token, and of the two kinds the refresh token
def refresh() -> Response:
    """Give the user of a refresh token a new access token."""
    # TODO refresh-token: answer with a new access token for the current user
    return Response("Refreshing is not built yet\n", 501)


@auth.post("/logout")
# TODO logout: require a token, of either kind
def logout() -> Response:
    """Revoke the token that is presented, of either kind."""
    # TODO logout: revoke the token by its id, and answer 204
    return Response("Logging out is not built yet\n", 501)


@auth.get("/me")
# TODO current-user: require an access token
def show_me() -> Response:
    """Show the user of the token."""
    # TODO current-user: answer with the current user
    return Response("The current user is not built yet\n", 501)
