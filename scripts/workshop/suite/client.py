"""The test client that keeps a record of each exchange, and answers as a real server would."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.test import Client, TestResponse, run_wsgi_app
from werkzeug.urls import iri_to_uri
from werkzeug.wsgi import get_current_url

from workshop.suite.exchange import Exchange, Recorder
from workshop.suite.loader import AppLoader

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_BODY = 4_000
# Where the environment of a request that was answered has its exchange.
EXCHANGE = "workshop.exchange"

_exchange: ContextVar[Exchange | None] = ContextVar("exchange under way")


class Recording(Client):
    """A client whose exchanges are recorded; how a request gets to the app is left to others.

    A `with` block changes nothing: contexts end with each request, as on a server.
    """

    recorder: Recorder
    launch_env: dict[str, str]
    crash_at: str | None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and record what came back."""
        response: TestResponse = super().open(*args, **kwargs)
        exchange: Exchange = response.request.environ[EXCHANGE]
        exchange.status = response.status_code
        exchange.reason = response.status.partition(" ")[2]
        exchange.answer_headers = [_steady(*header) for header in response.headers.items()]
        data = response.get_data()
        exchange.answer_length = len(data)
        exchange.answer_body = data[:MAX_BODY].decode("utf-8", "replace")
        self.recorder.answered(exchange, data)
        response.exchange = exchange  # type: ignore[attr-defined]  # read by `expect`
        return response

    def run_wsgi_app(
        self, environ: "WSGIEnvironment", buffered: bool = False
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Call the app with one request."""
        # werkzeug would add the cookies only on its way to the app, unseen by the record.
        self._add_cookies_to_wsgi(environ)
        exchange = _request_of(environ)
        exchange.env = self.launch_env
        if environ["PATH_INFO"] == self.crash_at:
            exchange.note = "the check added this view, which raises a RuntimeError"
        self.recorder.asked(exchange)
        answer = self.ask(environ, exchange)
        environ[EXCHANGE] = exchange  # not before: it is nothing to the app
        url = urlsplit(get_current_url(environ))
        cookies = answer[2].getlist("Set-Cookie")
        self._update_cookies_from_response(url.hostname or "localhost", url.path, cookies)
        return answer

    def ask(
        self, environ: "WSGIEnvironment", exchange: Exchange
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Let the app answer; return body, status and headers, and note what else is known."""
        raise NotImplementedError


class RecordingClient(Recording, FlaskClient):
    """A FlaskClient whose exchanges are recorded.

    An exception that leaves the app becomes a 500 with the exception's text, which is what a
    browser sees on the debug server; it never becomes an exception in the test.
    """

    loader: AppLoader

    def ask(
        self, environ: "WSGIEnvironment", exchange: Exchange
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Let the app answer in this thread."""
        token = _exchange.set(exchange)
        try:
            # Buffered, so that a view that streams fails here and not in the test.
            return run_wsgi_app(self.application, environ, buffered=True)
        # Whatever a student's app lets out is the answer, an end of the program as well.
        except (Exception, SystemExit) as error:
            exchange.raised = self.loader.describe(error)
            text = f"{type(error).__name__}: {error}"
            return [text.encode()], "500 INTERNAL SERVER ERROR", Headers(_PLAIN)
        finally:
            _exchange.reset(token)


_PLAIN = [("Content-Type", "text/html; charset=utf-8")]


def note_exceptions(app: Flask, loader: AppLoader) -> None:
    """Have an app's exceptions noted in their exchange, also where a handler answers for them."""
    of_view, unhandled = app.handle_user_exception, app.handle_exception

    def note_of_view(e: Exception) -> Any:
        exchange = _exchange.get(None)
        raised = loader.describe(e)
        if exchange and raised.file and not isinstance(e, HTTPException):
            exchange.raised = raised
        if exchange and isinstance(e, NotFound) and e is request.routing_exception:
            rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
            exchange.routes = sorted(rules)
        answer = of_view(e)
        raised.deliberate = loader.defines(type(e))
        return answer

    def note_unhandled(e: Exception) -> Any:
        """Note what ends in a 500, also where Flask raised it: over what a view returned, say."""
        exchange = _exchange.get(None)
        if exchange and not exchange.note:
            exchange.raised = loader.describe(e, app.view_functions.get(request.endpoint or ""))
        return unhandled(e)

    app.handle_user_exception = note_of_view  # type: ignore[method-assign]
    app.handle_exception = note_unhandled  # type: ignore[method-assign]


def _steady(name: str, value: str) -> tuple[str, str]:
    """Return a header as it is shown: Werkzeug writes Allow from a set, in no lasting order."""
    if name == "Allow":
        value = ", ".join(sorted(word.strip() for word in value.split(",")))
    return name, value


def _request_of(environ: "WSGIEnvironment") -> Exchange:
    query = environ.get("QUERY_STRING", "")
    # A WSGI environment holds bytes as Latin-1 (PEP 3333); a URI is ASCII.
    raw = environ.get("REQUEST_URI") or environ["PATH_INFO"]
    path = iri_to_uri(raw.encode("latin-1").decode("utf-8", "replace"))
    if query and "?" not in path:
        path = f"{path}?{query}"
    return Exchange(
        method=environ["REQUEST_METHOD"],
        path=path,
        headers=_request_headers(environ),
        body=_request_body(environ),
        client="" if environ.get("REMOTE_ADDR") == "127.0.0.1" else environ.get("REMOTE_ADDR", ""),
    )


def _request_headers(environ: "WSGIEnvironment") -> list[tuple[str, str]]:
    found = []
    if environ.get("CONTENT_TYPE"):
        found.append(("Content-Type", environ["CONTENT_TYPE"]))
    for key, value in sorted(environ.items()):
        usual = key == "HTTP_USER_AGENT" or (key == "HTTP_HOST" and value == "localhost")
        if key.startswith("HTTP_") and not usual:
            found.append((key[5:].replace("_", "-").title(), str(value)))
    return found


def _request_body(environ: "WSGIEnvironment") -> str:
    stream = environ["wsgi.input"]
    data: bytes = stream.getvalue() if hasattr(stream, "getvalue") else b""
    return data[:MAX_BODY].decode("utf-8", "replace")
