"""What went over the wire in a test: requests with their answers, kept for the transcript."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

_MOST_CHARACTERS, _MOST_LINES = 8_000, 50


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

    def to_json(self) -> dict[str, Any]:
        """Return the exchange as plain JSON types, of a length that can be kept and read."""
        raised = self.raised and {key: _cut(value) for key, value in vars(self.raised).items()}
        headers, routes = _cut(self.answer_headers), _cut(self.routes)
        return vars(self) | {"raised": raised, "answer_headers": headers, "routes": routes}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Exchange":
        """Return the exchange that `to_json` described."""
        raised = data.pop("raised", None)
        return cls(**data, raised=Raised(**raised) if raised else None)

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

    def asked(self, exchange: Exchange) -> None:
        """Note a request that is about to be answered, and tell the listener, if there is one."""
        self.exchanges.append(exchange)
        if Recorder.listener:
            Recorder.listener(exchange)
