"""Rate limits, as decorators of views. Written for the tests of the workshop: another right way."""

import hashlib
import ipaddress
import time
from contextlib import suppress

from flask import Flask, Response, current_app, g, jsonify, make_response, request
from flask_jwt_extended import current_user, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from jwt.exceptions import PyJWTError


def who() -> str:
    """Return the key of a request."""
    if "who" not in g:
        g.who, g.role = where(), None
        # Whatever is wrong with the token, the view says it.
        with suppress(JWTExtendedException, PyJWTError):
            if verify_jwt_in_request(optional=True, verify_type=False):
                g.who, g.role = f"u{current_user.id}", current_user.role
    return str(g.who)


def where() -> str:
    """Return the network of a client."""
    sender = request.remote_addr or "nowhere"
    try:
        parsed = ipaddress.ip_address(sender)
    except ValueError:
        return sender
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def tried() -> str:
    """Return the key of the name that somebody tries to log in with."""
    try:
        body = request.get_json()
    except Exception:
        body = None
    name = body.get("username") if isinstance(body, dict) else None
    if not isinstance(name, str):
        return f"?{where()}"
    return hashlib.blake2b(repr(name.strip()).encode("ascii", "backslashreplace")).hexdigest()


def base() -> str:
    """Return the limit of a view without one of its own."""
    who()
    return str(current_app.config["RATELIMIT_ADMIN" if g.role == "admin" else "RATELIMIT_DEFAULT"])


def setting(name: str):  # type: ignore[no-untyped-def]
    """Return a function that reads a setting."""
    return lambda: current_app.config[name]


def for_admin() -> bool:
    """Tell whether an admin asks."""
    who()
    return bool(g.role == "admin")


limiter = Limiter(who, default_limits=[base], strategy="fixed-window", headers_enabled=True)
reads = limiter.shared_limit(
    setting("RATELIMIT_SEARCH"),
    "reads",
    override_defaults=False,
    exempt_when=for_admin,
)
writes = limiter.limit(setting("RATELIMIT_CREATE"), override_defaults=False)
tries_from = limiter.limit(setting("RATELIMIT_LOGIN"), key_func=where, override_defaults=False)
tries_of = limiter.limit(setting("RATELIMIT_LOGIN"), key_func=tried, override_defaults=False)


def init_app(app: Flask) -> None:
    """Bind the limiter."""

    @app.after_request
    def tidy(response: Response) -> Response:
        if response.status_code == 429:
            left = float(response.headers["X-RateLimit-Reset"]) - time.time()
            response.headers["Retry-After"] = f"{int(left) + 1}"
        elif "X-RateLimit-Reset" in response.headers:
            del response.headers["Retry-After"]
        return response

    limiter.init_app(app)
    if not limiter.logger.handlers[1:]:
        from flask.logging import default_handler

        limiter.logger.addHandler(default_handler)

    @app.errorhandler(RateLimitExceeded)
    def over(error: RateLimitExceeded) -> Response:
        text = f"This may be asked {error.description} and not more often"
        body = {"code": "TOO_MANY_REQUESTS", "message": text, "details": {}}
        return make_response(jsonify(status="error", error=body), 429)
