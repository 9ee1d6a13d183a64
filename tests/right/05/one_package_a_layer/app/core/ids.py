"""Request ids by a middleware around the app, and a log of its own."""

import contextvars
import itertools
import logging
import secrets
import sys

CURRENT = contextvars.ContextVar("request id", default="-")
COUNTER = itertools.count()


class RequestIds:
    """The outermost layer: it sees what no hook of Flask sees."""

    def __init__(self, app):
        self.inner, app.wsgi_app = app.wsgi_app, self
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Lines())
        app.logger.handlers[:] = [handler]
        app.logger.propagate = False

    def __call__(self, environ, start_response):
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        sane = 0 < len(sent) < 129 and all("!" <= letter <= "~" for letter in sent)
        CURRENT.set(sent if sane else f"{next(COUNTER)}-{secrets.token_urlsafe(6)}")

        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, ("X-Request-ID", CURRENT.get())], exc_info)

        return self.inner(environ, start)


class Lines(logging.Formatter):
    """A line begins with the id."""

    def format(self, record):
        """Return the id and the rest."""
        return f"request={CURRENT.get()} {super().format(record)}"
