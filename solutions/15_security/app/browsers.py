"""What browsers are told: whose pages may read our answers, and what a page of ours may do."""

import secrets

from flask import Flask, Response, g, request
from flask_cors import CORS

# What a page may send, and may read of an answer beside its body (Fetch: CORS protocol).
SENT = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
)
READ = (
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
)
# For every answer. JSON is no page: it loads nothing, runs nothing, and is shown in no frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# For two years, once a client has come by HTTPS (RFC 6797).
STRICT = "max-age=63072000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Let the pages of CORS_ORIGINS read answers, and no others; give all answers the headers."""
    app.add_template_global(nonce, "nonce")
    # BEGIN SOLUTION browsers: Flask-Cors with the origins, SENT and READ; `protect` after requests
    origins = app.config["CORS_ORIGINS"]
    CORS(app, origins=origins, allow_headers=SENT, expose_headers=READ, max_age=600)
    app.after_request(protect)
    # END SOLUTION


# BEGIN SOLUTION browsers: the headers of every answer, and another policy for the page
def protect(response: Response) -> Response:
    """Give an answer the headers that it has not got yet."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT
    if request.blueprint == "flasgger":
        response.headers["Content-Security-Policy"] = policy_of_page()
    return response


def policy_of_page() -> str:
    """Return what the page of the document may do: run its own scripts, and ask this API."""
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce()}'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


# END SOLUTION


def nonce() -> str:
    """Return the word by which a script in a page of this request is known to be ours."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    made: str = g.nonce
    return made
