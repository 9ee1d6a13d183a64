"""The routes of users and their tokens."""

from flask import Blueprint, Response, jsonify, make_response
from flask_jwt_extended import current_user, get_jwt

from app import audit
from app.auth import services, tokens
from app.auth.identity import token_required
from app.auth.schemas import credentials, registration, token_pair, user_output
from app.documentation.descriptions import described
from app.documentation.shapes import one
from app.json_body import json_object
from app.limits import configured, has_failed, limiter, login_name, network
from app.responses import success

auth = Blueprint("auth", __name__, url_prefix="/auth")

WELCOME = {"type": "string", "example": "Welcome, ada"}


@auth.after_request
def forbid_storing(response: Response) -> Response:
    """Keep tokens out of every cache (RFC 6749, section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    return response


@auth.post("/register")
@described({201: one(user_output, message=WELCOME)}, body=registration, errors=(409,), token=())
def register() -> Response:
    """Add a user."""
    user = services.register(**registration.load(json_object()))
    return success(user_output.dump(user), 201, message=f"Welcome, {user.username}")


@auth.post("/login")
@limiter.limit(configured("RATELIMIT_LOGIN"), key_func=network, override_defaults=False)
# BEGIN SOLUTION lock-out: RATELIMIT_LOCKOUT by name, and only attempts that failed count
# STARTER: @limiter.limit(
# STARTER:     configured("RATELIMIT_LOGIN"),
# STARTER:     key_func=login_name,
# STARTER:     override_defaults=False,
# STARTER: )
@limiter.limit(
    configured("RATELIMIT_LOCKOUT"),
    key_func=login_name,
    deduct_when=has_failed,
    override_defaults=False,
)
# END SOLUTION
@described({200: token_pair}, body=credentials, errors=(401,), token=())
def login() -> Response:
    """Give a user two tokens: a short one to use, a long one to get new ones with."""
    user = services.authenticate(**credentials.load(json_object()))
    return make_response(jsonify(tokens.begin(user)))


@auth.post("/refresh")
@token_required("refresh")
@described({200: token_pair}, token=("refresh",))
def refresh() -> Response:
    """Give the user of a refresh token new tokens; the old one is good for nothing from now on."""
    return make_response(jsonify(tokens.renew(current_user, get_jwt())))


@auth.post("/logout")
@token_required("access", "refresh")
@described({204: None}, token=("access", "refresh"))
def logout() -> Response:
    """Revoke the token that is presented, of either kind."""
    claims = get_jwt()
    services.revoke(claims["jti"], claims["exp"])
    # BEGIN SOLUTION sessions: with a refresh token the login ends, and its access tokens with it
    if claims["type"] == "refresh":
        services.end_login(claims["login"])
    # END SOLUTION
    # BEGIN SOLUTION audit: record the logout
    audit.record("logout", user=current_user.id)
    # END SOLUTION
    return Response(status=204)


@auth.get("/me")
@token_required("access")
@described({200: one(user_output)})
def show_me() -> Response:
    """Show the user of the token."""
    return success(user_output.dump(current_user))
