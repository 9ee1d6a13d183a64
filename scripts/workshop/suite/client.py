"""The test client that keeps a record of each exchange, and answers as a real server would."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse
from werkzeug.urls import iri_to_uri

from workshop.suite.exchange import Exchange, Recorder
from workshop.suite.loader import AppLoader

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_BODY = 4_000


class RecordingClient(FlaskClient):
    """A FlaskClient whose exchanges are recorded.

    An exception that leaves the app becomes a 500 with the exception's text, which is what a
    browser sees on the debug server; it never becomes an exception in the test. Contexts end
    with each request, as on a server, also inside a `with` block.
    """

    recorder: Recorder
    loader: AppLoader
    launch_env: dict[str, str]
    crash_at: str | None
    _current: Exchange

    def __enter__(self) -> "RecordingClient":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and record what came back."""
        response: TestResponse = super().open(*args, **kwargs)
        exchange = self._current
        exchange.status = response.status_code
        exchange.reason = response.status.partition(" ")[2]
        exchange.answer_headers = [_steady(*header) for header in response.headers.items()]
        data = response.get_data()
        exchange.answer_length = len(data)
        exchange.answer_body = data[:MAX_BODY].decode("utf-8", "replace")
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
        self._current = exchange  # a client serves one thread at a time
        self.recorder.asked(exchange)
        watched = _WatchedApp(self.application, self.loader, exchange)
        try:
            with watched:
                # Buffered, so that a view that streams fails here and not in the test.
                return super().run_wsgi_app(environ, buffered=True)
        # Whatever a student's app lets out is the answer, an end of the program as well.
        except (Exception, SystemExit) as error:
            exchange.raised = self.loader.describe(error)
            text = f"{type(error).__name__}: {error}"
            return [text.encode()], "500 INTERNAL SERVER ERROR", Headers(_PLAIN)


_PLAIN = [("Content-Type", "text/html; charset=utf-8")]


class _WatchedApp:
    """Notes the exception that a view raised, even where a handler of the app answers for it."""

    def __init__(self, app: Any, loader: AppLoader, exchange: Exchange) -> None:
        self.app: Flask = app
        self.loader = loader
        self.exchange = exchange
        self.of_view = self.app.handle_user_exception
        self.unhandled = self.app.handle_exception

    def __enter__(self) -> None:
        self.app.handle_user_exception = self._note_of_view  # type: ignore[method-assign]
        self.app.handle_exception = self._note_unhandled  # type: ignore[method-assign]

    def __exit__(self, *exc: object) -> None:
        self.app.handle_user_exception = self.of_view  # type: ignore[method-assign]
        self.app.handle_exception = self.unhandled  # type: ignore[method-assign]

    def _note_of_view(self, e: Exception) -> Any:
        raised = self.loader.describe(e)
        if raised.file and not _is_http(e):
            self.exchange.raised = raised
        return self.of_view(e)

    def _note_unhandled(self, e: Exception) -> Any:
        """Note what ends in a 500, also where Flask raised it: over what a view returned, say."""
        if not self.exchange.note:
            view = self.app.view_functions.get(request.endpoint or "")
            self.exchange.raised = self.loader.describe(e, view)
        return self.unhandled(e)


def _steady(name: str, value: str) -> tuple[str, str]:
    """Return a header as it is shown: Werkzeug writes Allow from a set, in no lasting order."""
    if name == "Allow":
        value = ", ".join(sorted(word.strip() for word in value.split(",")))
    return name, value


def _is_http(error: Exception) -> bool:
    from werkzeug.exceptions import HTTPException

    return isinstance(error, HTTPException)


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
