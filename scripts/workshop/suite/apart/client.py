"""The client of an app in another process."""

import base64
from collections.abc import Callable, Iterable
from importlib import metadata
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from workshop.suite.apart.link import Frame, Link
from workshop.suite.client import Recording
from workshop.suite.exchange import Exchange, Raised

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_USER_AGENT = f"Werkzeug/{metadata.version('werkzeug')}"


class ApartClient(Recording):
    """A client of an app in another process."""

    link: Link
    number: int
    answer: Callable[[Link, Frame], Frame]
    worked: Callable[[float], None]

    def __init__(self) -> None:
        super().__init__(None, TestResponse)  # type: ignore[arg-type]  # `ask` needs no app
        self.environ_base = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": _USER_AGENT}

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request as Flask's own client does."""
        if not (args and not isinstance(args[0], str)):
            kwargs["environ_base"] = self.environ_base | kwargs.get("environ_base", {})
        return super().open(*args, **kwargs)

    def ask(
        self, environ: "WSGIEnvironment", exchange: Exchange
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Let the app answer in its process."""
        body = environ["wsgi.input"].read()
        words = {key: value for key, value in environ.items() if isinstance(value, str)}
        asked = {
            "app": self.number,
            "environ": words,
            "body": base64.b64encode(body).decode(),
        }
        answer = self.answer(self.link, asked)
        with self.link.believed():
            status, content = str(answer["status"]), base64.b64decode(answer["body"])
            headers = Headers([(str(name), str(value)) for name, value in answer["headers"]])
            exchange.raised = raised_of(answer["raised"])
            exchange.routes = [str(route) for route in answer["routes"]]
            self.recorder.statements += [str(statement) for statement in answer["statements"]]
            self.worked(float(answer["worked"]))
            int(status.partition(" ")[0])
        return [content], status, headers


def raised_of(found: Frame | None) -> Raised | None:
    """Return an exception as a guest tells it.

    Raises:
        TypeError: when it is told in another way.
        ValueError: in the same case.

    """
    if found is None:
        return None
    raised = Raised(**found)
    words = raised.type, raised.message, raised.file, raised.source
    if not all(isinstance(word, str) for word in words):
        raise TypeError
    raised.line, raised.column, raised.deliberate = (
        int(raised.line),
        int(raised.column),
        bool(raised.deliberate),
    )
    return raised


class ApartApp:
    """An app in another process."""

    def __init__(self, make: Callable[[], ApartClient]) -> None:
        self._make = make

    def test_client(self) -> ApartClient:
        """Return a client of the app."""
        return self._make()
