"""Expectations about an answer, each with the reason that the student is shown when it fails."""

import json
from typing import Any, NoReturn

from werkzeug.test import TestResponse

from workshop.suite.exchange import Exchange


class Mismatch(AssertionError):
    """An answer that is not as expected.

    Attributes:
        expected: what was expected, in words.
        got: what was there instead, in words; empty where the transcript shows it.
        why: the reason for the expectation.
        status: the status that was expected, if it was one, else 0.
        exchange: the exchange that it is about.

    """

    def __init__(
        self, expected: str, got: str, why: str, exchange: Exchange | None, status: int = 0
    ) -> None:
        parts = [f"expected {expected}", f"got {got}" if got else "", why]
        super().__init__("\n".join(part for part in parts if part))
        self.expected = expected
        self.got = got
        self.why = why
        self.status = status
        self.exchange = exchange


class Finding(AssertionError):
    """What a check has found that is about no answer.

    Attributes:
        why: what is expected, and the reason.
        fields: what a student is shown, each a label and its lines.

    """

    def __init__(self, why: str, **fields: list[str]) -> None:
        """Take the reason, and fields whose labels have `_` for blanks."""
        self.why = why
        self.fields = {label.replace("_", " "): lines for label, lines in fields.items()}
        parts = [f"{label}: {line}" for label, lines in self.fields.items() for line in lines]
        super().__init__("\n".join([*parts, why]))


def expect(response: TestResponse) -> "Expectation":
    """Return the expectations that can be had of an answer; they can be chained."""
    return Expectation(response)


class Expectation:
    """What can be expected of one answer. Each method raises `Mismatch` where it does not hold."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response

    def _fail(self, expected: str, got: str, why: str, status: int = 0) -> NoReturn:
        __tracebackhide__ = True
        raise Mismatch(expected, got, why, getattr(self.response, "exchange", None), status)

    def status(self, code: int, why: str = "") -> "Expectation":
        """Expect a status code."""
        __tracebackhide__ = True
        if self.response.status_code != code:
            self._fail(f"status {code}", f"status {self.response.status_code}", why, code)
        return self

    def media_type(self, name: str, why: str = "") -> "Expectation":
        """Expect the media type of `Content-Type`, whatever its parameters."""
        __tracebackhide__ = True
        if self.response.mimetype != name:
            self._fail(f"Content-Type {name}", self.response.mimetype or "none", why)
        return self

    def json(self, why: str = "") -> Any:
        """Expect a body that is JSON and says so; return it parsed."""
        __tracebackhide__ = True
        self.media_type("application/json", why or "clients parse by what Content-Type says")
        text = self.response.get_data(as_text=True)
        try:
            return json.loads(text, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            self._fail("a body that is JSON", _not_json(text, error.pos), why)
        except (ValueError, RecursionError) as error:
            self._fail("a body that is JSON", str(error), why)

    def equals(self, body: Any, why: str = "") -> "Expectation":
        """Expect the whole JSON body to be equal."""
        __tracebackhide__ = True
        return self._compare(body, why, whole=True)

    def contains(self, part: Any, why: str = "") -> "Expectation":
        """Expect the JSON body to hold these keys with these values, at any depth."""
        __tracebackhide__ = True
        return self._compare(part, why, whole=False)

    def _compare(self, wanted: Any, why: str, *, whole: bool) -> "Expectation":
        __tracebackhide__ = True
        path, expected, got = _difference(self.json(why), wanted, whole=whole)
        if path is not None:
            holds = not whole and isinstance(expected, dict) and expected
            self._fail(_at(path, expected, holds=bool(holds)), _found(path, got), why)
        return self

    def text(
        self, *, equals: str | None = None, startswith: str | None = None, why: str = ""
    ) -> "Expectation":
        """Expect the body as text, whole or from its start."""
        __tracebackhide__ = True
        text = self.response.get_data(as_text=True)
        if equals is not None and text != equals:
            self._fail(f"the text {_brief(equals)}", _brief(text), why)
        if startswith is not None and not text.startswith(startswith):
            self._fail(f"text that starts with {_brief(startswith)}", _brief(text), why)
        return self

    def empty(self, why: str = "") -> "Expectation":
        """Expect no body."""
        __tracebackhide__ = True
        if self.response.get_data():
            self._fail("an empty body", _brief(self.response.get_data(as_text=True)), why)
        return self

    def header(
        self,
        name: str,
        *,
        equals: str | None = None,
        contains: str | None = None,
        startswith: str | None = None,
        absent: bool = False,
        why: str = "",
    ) -> str:
        """Expect a header, present unless `absent`; return its value."""
        __tracebackhide__ = True
        value = self.response.headers.get(name)
        if absent:
            if value is not None:
                self._fail(f"no header {name}", f"{name}: {value}", why)
            return ""
        if value is None:
            wanted = equals or contains or startswith
            self._fail(f"the header {name}" + (f" with {wanted}" if wanted else ""), "none", why)
        if equals is not None and value != equals:
            self._fail(f"{name}: {equals}", f"{name}: {value}", why)
        if contains is not None and contains not in value:
            self._fail(f"{name} with {contains} in it", f"{name}: {value}", why)
        if startswith is not None and not value.startswith(startswith):
            self._fail(f"{name} that starts with {startswith}", f"{name}: {value}", why)
        return value


_ABSENT = object()


def _same(found: Any, wanted: Any) -> bool:
    """Compare two values that are no containers of the same kind as JSON does: `true` is not 1."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return bool(found == wanted)


def _difference(found: Any, wanted: Any, *, whole: bool) -> tuple[str | None, Any, Any]:
    """Return path, wanted and found value of the first difference; a path of None means none."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            inner = _difference(found.get(key, _ABSENT), value, whole=whole)
            if inner[0] is not None:
                return _join(str(key), inner[0]), inner[1], inner[2]
        for key in found if whole else ():
            if key not in wanted:
                return str(key), _ABSENT, found[key]
        return None, None, None
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, value in enumerate(wanted):
            inner = _difference(found[index], value, whole=whole)
            if inner[0] is not None:
                return _join(f"[{index}]", inner[0]), inner[1], inner[2]
        return None, None, None
    if found is _ABSENT or not _same(found, wanted):
        return "", wanted, found
    return None, None, None


def _join(outer: str, inner: str) -> str:
    if not inner:
        return outer
    return outer + inner if inner.startswith("[") else f"{outer}.{inner}"


def _at(path: str | None, wanted: Any, *, holds: bool) -> str:
    place = f"`{path}`" if path else "the body"
    if wanted is _ABSENT:
        return f"no {place} in the body"
    return f"{place} to be {'an object that holds ' if holds else ''}{_brief(wanted)}"


def _found(path: str | None, got: Any) -> str:
    return f"no `{path}`" if got is _ABSENT else _brief(got)


def _brief(value: Any, limit: int = 400) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"


def _not_json(text: str, position: int) -> str:
    """Say where a text stops being JSON; the parser's own words differ between Pythons."""
    if not text.strip():
        return "an empty body"
    rest = " ".join(text[position : position + 40].split()) or "its end"
    return f"no JSON from character {position + 1} on, which is here: {rest}"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON (RFC 8259, section 6)")
