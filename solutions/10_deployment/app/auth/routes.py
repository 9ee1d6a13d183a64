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
    # BEGIN SOLUTION register-user: load the body, call the service, answer 201 with a message
    # STARTER: return Response("Registering is not built yet\n", 501)
    user = services.register(**registration.load(json_object()))
    return success(user_output.dump(user), 201, message=f"Welcome, {user.username}")
    # END SOLUTION


@auth.post("/login")
def login() -> Response:
    """Give a user two tokens: a short one to use, a long one to get new ones with."""
    # BEGIN SOLUTION login-user: load the body, authenticate, and answer with both tokens
    # STARTER: return Response("Logging in is not built yet\n", 501)
    user = services.authenticate(**credentials.load(json_object()))
    return make_response(jsonify(tokens.answer_for(user, refresh=True)))
    # END SOLUTION


@auth.post("/refresh")
# BEGIN SOLUTION refresh-token: require a token, and of the two kinds the refresh token
@jwt_required(refresh=True)
# END SOLUTION
def refresh() -> Response:
    """Give the user of a refresh token a new access token."""
    # BEGIN SOLUTION refresh-token: answer with a new access token for the current user
    # STARTER: return Response("Refreshing is not built yet\n", 501)
    return make_response(jsonify(tokens.answer_for(current_user, refresh=False)))
    # END SOLUTION


@auth.post("/logout")
# BEGIN SOLUTION logout: require a token, of either kind
@jwt_required(verify_type=False)
# END SOLUTION
def logout() -> Response:
    """Revoke the token that is presented, of either kind."""
    # BEGIN SOLUTION logout: revoke the token by its id, and answer 204
    # STARTER: return Response("Logging out is not built yet\n", 501)
    claims = get_jwt()
    services.revoke(claims["jti"], claims["exp"])
    return Response(status=204)
    # END SOLUTION


@auth.get("/me")
# BEGIN SOLUTION current-user: require an access token
@jwt_required()
# END SOLUTION
def show_me() -> Response:
    """Show the user of the token."""
    # BEGIN SOLUTION current-user: answer with the current user
    # STARTER: return Response("The current user is not built yet\n", 501)
    return success(user_output.dump(current_user))
    # END SOLUTION
