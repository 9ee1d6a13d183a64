"""What came back for one request, shown beside it."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any, overload

from workshop.lab.table import LEFT, Table
from workshop.lab.wire import WIDTH, readable, short_log, timeless
from workshop.suite.exchange import Exchange


class Answer:
    """The answer to one request. Shows itself as the exchange: request left, response right."""

    def __init__(self, exchange: Exchange, statements: Sequence[str] = (), log: str = "") -> None:
        self.exchange = exchange
        self.sql = Statements(exchange, statements)
        self.log = short_log(log)

    @property
    def status(self) -> int:
        """Return the status code."""
        return self.exchange.status

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers."""
        return dict(self.exchange.answer_headers)

    @property
    def text(self) -> str:
        """Return the body as text, just as it came."""
        return self.exchange.answer_body

    @property
    def json(self) -> Any:
        """Return the body parsed; None where it is no JSON or does not say so."""
        if self.media_type != "application/json":
            return None
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def media_type(self) -> str:
        """Return the media type, without its parameters."""
        return self.exchange.answer_header("Content-Type").partition(";")[0].strip().lower()

    @property
    def error_code(self) -> str:
        """Return the code of the error in the envelope; empty where there is none."""
        error = self.json.get("error") if isinstance(self.json, dict) else None
        return str(error.get("code", "")) if isinstance(error, dict) else ""

    @property
    def brief(self) -> str:
        """Return the start of the body, on one line."""
        text = " ".join(timeless(self.text).split())
        return f"{text[:57]}..." if len(text) > 60 else text

    @property
    def request_line(self) -> str:
        """Return method and path, as in `GET /api/hello`."""
        return f"{self.exchange.method} {self.exchange.path}"

    @property
    def status_line(self) -> str:
        """Return code and reason, as in `200 OK`."""
        return f"{self.exchange.status} {self.exchange.reason.title().replace('Ok', 'OK')}".strip()

    @property
    def request_headers(self) -> list[tuple[str, str]]:
        """Return the headers of the request, with the two that every client adds by itself."""
        headers = [("Host", "localhost"), *self.exchange.headers]
        if self.exchange.body:
            headers.append(("Content-Length", str(len(self.exchange.body.encode()))))
        return headers

    @property
    def response_headers(self) -> list[tuple[str, str]]:
        """Return the headers of the response; the methods of `Allow` are a set, shown in order."""
        return [
            (name, ", ".join(sorted(value.split(", "))) if name == "Allow" else value)
            for name, value in self.exchange.answer_headers
        ]

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": self._text()}

    def _sides(self) -> tuple[str, str]:
        sent = next((v for k, v in self.exchange.headers if k == "Content-Type"), "")
        request = _message(
            f"{self.request_line} HTTP/1.1", self.request_headers, self.exchange.body, sent
        )
        response = _message(
            f"HTTP/1.1 {self.status_line}", self.response_headers, self.text, self.media_type
        )
        return request, response

    def _below(self) -> Iterator[tuple[str, str]]:
        """Yield what the server's side has to say, with a heading."""
        raised = self.exchange.raised
        if raised and self.status >= 500:  # else the app has raised the answer that it wanted
            place = f"{raised.file}, line {raised.line}: {raised.source}\n" if raised.file else ""
            yield "Raised by the app", f"{place}{raised.type}: {raised.message}"
        if self.log:
            yield "Printed or logged by the server", self.log

    def _html(self) -> str:
        cells = "".join(f"<td {LEFT}><pre>{escape(side)}</pre></td>" for side in self._sides())
        rows = [f"<tr>{cells}</tr>"]
        for heading, text in self._below():
            body = f"<em>{heading}</em><pre>{escape(text)}</pre>"
            rows.append(f'<tr><td colspan="2" {LEFT}>{body}</td></tr>')
        head = f"<tr><th {LEFT}>Request</th><th {LEFT}>Response</th></tr>"
        body = "\n".join(rows)
        return f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def _text(self) -> str:
        request, response = self._sides()
        parts = [textwrap.indent(request, "> ", _always), textwrap.indent(response, "< ", _always)]
        parts += [f"{heading}:\n{textwrap.indent(text, '  ')}" for heading, text in self._below()]
        return "\n".join(line.rstrip() for part in parts for line in part.splitlines())


class Statements(Sequence[str]):
    """The SQL that one request ran; equal neighbours are shown once, with their number."""

    def __init__(self, exchange: Exchange, statements: Sequence[str]) -> None:
        self._statements = tuple(statements)
        self._exchange = exchange

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._statements[index]

    def __len__(self) -> int:
        return len(self._statements)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        shown = self._table()
        return {"text/html": shown.html(), "text/plain": shown.text()}

    def _table(self) -> Table:
        groups = [(text, len(list(group))) for text, group in groupby(self)]
        rows = [(f"{count}", _clauses(text)) for text, count in groups] or [("0", "none")]
        line = f"{self._exchange.method} {self._exchange.path}"
        number = f"{len(self)} statement{'' if len(self) == 1 else 's'}"
        caption = f"{line} -> {self._exchange.status}: {number}"
        return Table(("Times", "SQL"), rows, code=True, caption=caption)


def _message(start: str, headers: list[tuple[str, str]], body: str, media_type: str) -> str:
    lines = [start, *(f"{name}: {value}" for name, value in headers), ""]
    if body:
        lines.append(readable(body, media_type.partition(";")[0].strip().lower()))
    return timeless("\n".join(lines))


def _clauses(statement: str) -> str:
    """Return a statement with long lines folded."""
    lines = []
    for line in statement.splitlines():
        lines += textwrap.wrap(line.strip(), WIDTH, subsequent_indent="    ")
    return "\n".join(lines)


def _always(_line: str) -> bool:
    return True
