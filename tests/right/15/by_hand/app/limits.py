"""How often somebody may ask: for whom a request is counted, and how it is refused.

Which limits a route has is said at the route. How large they are is in the configuration.
"""

import math
import time
from collections.abc import Callable
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter, RateLimitExceeded
from werkzeug.exceptions import UnsupportedMediaType

from app.auth.identity import identity
from app.errors import ApiError, failure
from app.json_body import json_object


def configured(name: str) -> Callable[[], str]:
    """Return a function that returns a limit from the configuration of the running app."""
    return lambda: str(current_app.config[name])


def counted_for() -> str:
    """Return for whom a request is counted: its user, and its address where there is none."""
    user = identity().user
    return f"user:{user.id}" if user else f"address:{network()}"


def network() -> str:
    """Return where a request is from, as far as one client cannot choose it."""
    # On a socket, without a proxy that says who has asked, there is no address.
    text = request.remote_addr or "127.0.0.1"
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        # Who has one address has a /64 of them, 2**64 (RFC 6177): so these count as one.
        address = address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64)
    return str(address)


def is_admin() -> bool:
    """Tell whether an admin asks, as the database says now: a token may be older."""
    user = identity().user
    return user is not None and user.role == "admin"


def default_limit() -> str:
    """Return the limits of routes, which are others for admins."""
    if is_admin():
        return configured("RATELIMIT_ADMIN")()
    return configured("RATELIMIT_DEFAULT")()


def login_name() -> str:
    """Return for which name a login is counted.

    With the address: whoever could use up the attempts of a name from anywhere, could lock its
    owner out. Only a hash of the name is kept: a name may be as long as a body, and some people
    type their password there.
    """
    try:
        name = json_object().get("username")
    except (ApiError, UnsupportedMediaType):
        name = None
    if not isinstance(name, str):
        return f"no name:{network()}"
    digest = sha256(name.strip().encode(errors="surrogatepass")).hexdigest()
    return f"name:{digest}:{network()}"


def has_failed(response: Response) -> bool:
    """Tell whether a login was refused."""
    return response.status_code == 401


limiter = Limiter(key_func=counted_for, default_limits=[default_limit])


def init_app(app: Flask) -> None:
    """Count requests, and refuse those that are too many."""
    app.register_error_handler(RateLimitExceeded, too_many)
    # What is registered first runs last, so this one sees the headers of the limiter.
    app.after_request(say_when)
    limiter.init_app(app)
    limiter.logger = app.logger


def too_many(error: RateLimitExceeded) -> Response:
    """Answer a request that is one too many."""
    limit = error.limit.limit if error.limit else error.description
    message = f"Too many requests: only {limit} here. Retry-After says in how many seconds to retry"
    return failure(ApiError("TOO_MANY_REQUESTS", message, 429))


def say_when(response: Response) -> Response:
    """Say in how many seconds to retry, and only where there is something to retry."""
    reset = response.headers.get("X-RateLimit-Reset", type=int)
    if reset is not None:
        # Flask-Limiter sends it with each answer, and up to a second too short.
        response.headers.pop("Retry-After", None)
        if response.status_code == 429:
            response.headers["Retry-After"] = str(max(1, math.ceil(reset - time.time())))
    return response
