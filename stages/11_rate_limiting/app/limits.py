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
    # TODO identity: the user whose token was verified, wherever from; else the address
    return "everybody"


def network() -> str:
    """Return where a request is from, as far as one client cannot choose it."""
    # TODO identity: of IPv6 return the /64 alone; whatever the address is, never fail
    return request.remote_addr or "127.0.0.1"


def is_admin() -> bool:
    """Tell whether an admin asks, as the database says now: a token may be older."""
    # TODO roles: look at the role of the user
    return False


def default_limit() -> str:
    """Return the limits of routes, which are others for admins."""
    # TODO roles: return RATELIMIT_ADMIN for admins
    return configured("RATELIMIT_DEFAULT")()


def login_name() -> str:
    """Return for which name a login is counted.

    Only a hash of it is kept: a name may be as long as a body, and some people type their password
    there.
    """
    # TODO login: hash the name, without blanks; without one, a word and the address
    return "anybody"


# TODO default-limits: give it the default limits, as a function, as they depend on who
limiter = Limiter(key_func=counted_for)


def init_app(app: Flask) -> None:
    """Count requests, and refuse those that are too many."""
    app.register_error_handler(RateLimitExceeded, too_many)
    # What is registered first runs last, so this one sees the headers of the limiter.
    app.after_request(say_when)
    # TODO default-limits: bind the limiter to the app
    # TODO storage: let it log where the app logs, as its own logger has no handler


def too_many(error: RateLimitExceeded) -> Response:
    """Answer a request that is one too many."""
    # TODO refusal: answer TOO_MANY_REQUESTS in the envelope, with what the limit is
    return error.get_response()


def say_when(response: Response) -> Response:
    """Say in how many seconds to retry, and only where there is something to retry."""
    # TODO refusal: Retry-After on a 429, not before the reset; on no other answer
    return response
