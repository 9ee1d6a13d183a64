"""A failure as a transcript: what was sent, what came back, what was expected and why."""

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

from workshop import by_hand, diagnosis
from workshop.outcomes import Outcome, Result
from workshop.paths import shown
from workshop.screen import Page, visible
from workshop.suite.exchange import Exchange, Raised

_HEADERS = ("content-type", "location", "allow", "link", "www-authenticate", "retry-after", "etag")
_BODY_LINES = 14
_OUTPUT_LINES = 10
# So much of a token is shown that one sees that it is one.
_TOKEN_CHARACTERS = 12
_DEFAULT_PAGE = re.compile(
    r"<!doctype html>\s*<html lang=en>\s*<title>(.*?)</title>", re.IGNORECASE
)
_STYLING = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def add_failure(page: Page, outcome: Outcome, result: Result) -> None:
    """Add the transcript of one failed test to a page."""
    failure = result.failure
    exchange = Exchange.from_json(dict(failure["exchange"])) if failure["exchange"] else None
    before = [Exchange.from_json(dict(data)) for data in failure["before"]]
    page.line(("✗ ", "bold red"), (visible(result.requirement), "bold"))
    page.line()
    if failure["when"] == "teardown":
        page.field("After it", "the test itself passed, what failed is the clean-up after it")
    if exchange:
        _add_exchange(page, exchange, before)
        # An error that was raised to be answered explains an unexpected status, and nothing else.
        if exchange.raised and (failure["status"] or not exchange.raised.deliberate):
            _add_raised(page, outcome, exchange.raised)
    if failure["expected"]:
        page.field("Expected", failure["expected"], "green")
    # The transcript shows the status; only what it does not show is worth a line.
    if failure["got"] and not failure["status"]:
        page.field("Found", failure["got"], "red")
    for label, lines in failure["fields"].items():
        page.field(label, lines)
    if failure["why"]:
        page.field("Why", failure["why"])
    if exchange and (meaning := diagnosis.meaning(exchange, failure["status"], result.task)):
        page.field("It means", meaning, "yellow")
    if result.task is None and not outcome.stage.app_is_given:
        page.field("Note", "this works in the starter: one of your changes has broken it")
    output = failure["output"]
    if lines := output_lines(output["text"], output["length"], "characters in this test"):
        page.field("Your output", lines, "cyan")
    if exchange:
        page.field("By hand", by_hand.described(outcome.stage, exchange, before))
    file = outcome.stage.suite_dir / result.id.partition("::")[0]
    # Where a fixture stopped before the test, no line is the test's.
    line = f", line {failure['line']}" if failure["line"] else ""
    page.field("The test", f"{shown(file)}{line}", "dim")


def add_request(page: Page, exchange: Exchange, label: str = "You send") -> None:
    """Add a request to a page."""
    lines = [f"{exchange.method} {exchange.path}"]
    lines += [f"{name}: {_header(exchange, name, value)}" for name, value in exchange.headers]
    if exchange.client:
        lines.append(f"(from the address {exchange.client})")
    if exchange.body:
        lines += ["", *_cut(_pretty(exchange.body), len(exchange.body))]
    page.field(label, lines)


def _header(exchange: Exchange, name: str, value: str) -> str:
    """Return the value of a header; of a token that the app gave only where it is from."""
    if not (exchange.after and exchange.token and name.lower() == "authorization"):
        return value
    scheme, blank, token = value.rpartition(" ")
    of = f"the {exchange.token} of {exchange.after.method} {exchange.after.path}"
    if whose := exchange.after.username:
        of = f"{of}, {whose}"
    return f"{scheme}{blank}{token[:_TOKEN_CHARACTERS]}… ({of})"


def _add_exchange(page: Page, exchange: Exchange, before: list[Exchange]) -> None:
    if before:
        page.field("Before", _told(_before(e) for e in before)[-4:], "dim")
    add_request(page, exchange)
    lines = [f"{exchange.status} {exchange.reason}"]
    lines += [
        f"{name}: {value}"
        for name, value in exchange.answer_headers
        if name.lower() in _HEADERS or name.lower().startswith("x-")
    ]
    if page_title := _DEFAULT_PAGE.match(exchange.answer_body):
        # The words of Werkzeug's own page say nothing that its title does not.
        lines += ["", f"(an HTML page: {page_title[1]})"]
    elif exchange.answer_body:
        lines += ["", *_cut(_pretty(exchange.answer_body), exchange.answer_length)]
    page.field("Comes back", lines)


def _add_raised(page: Page, outcome: Outcome, raised: Raised) -> None:
    lines = [f"raised {raised.type}: {raised.message}".rstrip(": ")]
    if raised.file:
        lines.append(f"{shown(outcome.app_dir / raised.file)}, line {raised.line}:")
        lines.append(f"    {raised.source}")
    page.field("Your code", lines, "red")


def output_lines(text: str, length: int, unit: str) -> list[str]:
    """Return what the student's code printed, marked as theirs and cut to a few lines.

    Args:
        text: the output, or its beginning.
        length: how long it was in all.
        unit: what the length counts, in words.

    """
    if not text.strip():
        return []
    lines = _STYLING.sub("", text).splitlines()
    kept = [f"│ {_cut_line(line)}" for line in lines[:_OUTPUT_LINES]]
    if length > len(text) or len(lines) > _OUTPUT_LINES:
        kept.append(f"│ … cut here: your program printed {length:,} {unit}")
    return kept


def _before(exchange: Exchange) -> str:
    sender = f" from {exchange.client}" if exchange.client else ""
    return f"{exchange.method} {exchange.path}{sender} → {exchange.status}"


def _told(lines: Iterable[str]) -> list[str]:
    """Return lines; one that comes several times on end comes once, with how often it did."""
    counted = [(line, len(list(same))) for line, same in itertools.groupby(lines)]
    return [line if times == 1 else f"{line}, {times} times" for line, times in counted]


def _pretty(body: str) -> list[str]:
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):  # the latter from thousands of nested brackets
        return body.splitlines()
    compact = json.dumps(value, ensure_ascii=False)
    if len(compact) <= 78:
        return [compact]
    return json.dumps(value, ensure_ascii=False, indent=2).splitlines()


def _cut(lines: list[str], length: int) -> list[str]:
    kept = [_cut_line(line) for line in lines[:_BODY_LINES]]
    if len(lines) > _BODY_LINES:
        kept.append(f"… ({length:,} characters in all)")
    return kept


def _cut_line(line: str) -> str:
    return line if len(line) <= 200 else f"{line[:200]}…"
