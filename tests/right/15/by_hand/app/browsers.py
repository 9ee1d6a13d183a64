"""CORS and security headers, without an extension."""

import base64
import os

from flask import g, request

ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
]
MAY_SEND = "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id"
MAY_READ = "etag, link, location, retry-after, x-request-id"


def init_app(app):
    allowed = frozenset(app.config["CORS_ORIGINS"])
    app.jinja_env.globals["nonce"] = nonce

    def finish(response):
        response.headers.extend(ALWAYS)
        policy = "default-src 'none'; frame-ancestors 'none'"
        if request.path.startswith("/apidocs"):
            policy = (
                f"script-src 'self' 'nonce-{nonce()}'; img-src 'self' data:; default-src 'self'; "
                "style-src 'self' 'unsafe-inline'"
            )
        response.headers["Content-Security-Policy"] = policy
        if request.scheme == "https":
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin in allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = MAY_READ
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Headers"] = MAY_SEND
                response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
        return response

    app.after_request(finish)


def nonce():
    if not hasattr(g, "word"):
        g.word = base64.b64encode(os.urandom(12)).decode()
    return g.word
