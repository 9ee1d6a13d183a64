"""What went over the wire in a test: requests with their answers, kept for the transcript."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

_MOST_CHARACTERS, _MOST_LINES = 8_000, 50
_REGISTER, _LOGIN, _REFRESH = "/auth/register", "/auth/login", "/auth/refresh"
_TOKENS = ("access_token", "refresh_token")


@dataclass
class Raised:
    """An exception in the student's code, reduced to what helps: its words and the last own line.

    One of a class of their own, which a handler answered, is `deliberate` and no accident.

    `file` is relative to the app's folder; it and `line` are empty where no line is the student's.
    `column` is where in `source` Python stopped reading, from 1; 0 where that is not known.
    """

    type: str
    message: str
    file: str = ""
    line: int = 0
    source: str = ""
    column: int = 0
    deliberate: bool = False


@dataclass(eq=False)  # the same request twice is two exchanges
class Exchange:
    """One request and what came back. `status` 0 means that no answer came.

    `note` says what a request by hand could not show, such as a view that the check added.
    `routes` are the rules of the app, where none of them fitted the path.
    `client` is the address that it came from, where that is not this machine.
    `number` says which one of its process it is, from 1 on.
    `after` is the one that it needs: that which gave the token it is sent with, where `token` is
    the name of that token in the answer; for a login, that which registered the user in this test.
    """

    method: str
    path: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    status: int = 0
    reason: str = ""
    answer_headers: list[tuple[str, str]] = field(default_factory=list)
    answer_body: str = ""
    answer_length: int = 0
    raised: Raised | None = None
    env: dict[str, str] = field(default_factory=dict)
    note: str = ""
    routes: list[str] = field(default_factory=list)
    client: str = ""
    number: int = 0
    after: "Exchange | None" = None
    token: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the exchange as plain JSON types, of a length that can be kept and read."""
        raised = self.raised and {key: _cut(value) for key, value in vars(self.raised).items()}
        headers, routes = _cut(self.answer_headers), _cut(self.routes)
        after = self.after and self.after._asked()
        return vars(self) | {
            "raised": raised,
            "answer_headers": headers,
            "routes": routes,
            "after": after and after.to_json(),
        }

    def _asked(self) -> "Exchange":
        """Return the request alone."""
        return replace(self, raised=None, routes=[], answer_headers=[], answer_body="")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Exchange":
        """Return the exchange that `to_json` described."""
        raised, after = data.pop("raised", None), data.pop("after", None)
        return cls(
            **data,
            raised=Raised(**raised) if raised else None,
            after=cls.from_json(after) if after else None,
        )

    @property
    def username(self) -> str:
        """Return the name in its body, where that is an object with one; else nothing."""
        return _text(_object(self.body), "username")

    @property
    def authorization(self) -> str:
        """Return the header Authorization; empty when absent."""
        return next((v for k, v in self.headers if k.lower() == "authorization"), "")

    def answer_header(self, name: str) -> str:
        """Return an answer's header by name, whatever its case; empty when absent."""
        return next((v for k, v in self.answer_headers if k.lower() == name.lower()), "")


def _cut(value: Any) -> Any:
    """Return what an app told, without what nobody would read to the end."""
    match value:
        case str():
            return value[:_MOST_CHARACTERS]
        case list() | tuple():
            return [_cut(item) for item in value[:_MOST_LINES]]
        case _:
            return value


@dataclass
class Recorder:
    """Collects the exchanges and SQL statements of one test."""

    listener: ClassVar[Callable[[Exchange], None] | None] = None

    exchanges: list[Exchange] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    # Which exchange gave a token, and under what name: for all tests, as suites log in once.
    _tokens: ClassVar[dict[str, tuple[Exchange, str]]] = {}
    _numbers: ClassVar[Iterator[int]] = itertools.count(1)
    # Which one registered a user.
    _registered: dict[str, Exchange] = field(default_factory=dict)

    def asked(self, exchange: Exchange) -> None:
        """Note a request that is about to be answered, and tell the listener, if there is one."""
        exchange.number = next(Recorder._numbers)
        if given := self._tokens.get(exchange.authorization.rpartition(" ")[2]):
            exchange.after, exchange.token = given
        elif exchange.path == _LOGIN:
            exchange.after = self._registered.get(exchange.username)
        self.exchanges.append(exchange)
        if Recorder.listener:
            Recorder.listener(exchange)

    def answered(self, exchange: Exchange, body: bytes) -> None:
        """Note what later requests may need of an answer: tokens, and that there is a user."""
        if exchange.path == _REGISTER and exchange.status == 201:
            self._registered[exchange.username] = exchange
        if exchange.path in (_LOGIN, _REFRESH) and exchange.status == 200:
            answer = _object(body)
            for name in _TOKENS:
                if token := _text(answer, name):
                    self._tokens[token] = exchange, name


def _object(text: str | bytes) -> dict[str, Any]:
    """Return a JSON object; an empty one for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
