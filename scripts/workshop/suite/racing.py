"""Two requests at once, without luck: one runs while the other stands at a given line."""

import functools
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from werkzeug.test import TestResponse

from workshop.suite.exchange import Exchange, Recorder
from workshop.suite.loader import AppLoader

# How long a thread stands at one place before it is taken to wait for a lock, and how often one
# looks. The time is not that of a request: on a busy machine, that can be any.
_LOCKED_SECONDS = 0.2
_GLANCE_SECONDS = 0.01
_ANSWER_SECONDS = 5.0
_WRITE_SECONDS = 4.0

Send = Callable[[], TestResponse]
Ask = Callable[[], object]
Told = Callable[[int], None]


def at_line(
    loader: AppLoader, first: Ask, second: Ask, line: int, stands: Told = lambda at: None
) -> int:
    """Send a request, and another one in the moment before the first runs its n-th line.

    The first stands still until the second is through, or is seen to wait for a lock.

    Args:
        loader: of the app whose lines count.
        first: sends the first request.
        second: sends the second one, with a client of its own; called in another thread.
        line: which line, counted from 1 as they run.
        stands: is told in which line of its file the first one stands, before the second is sent.

    Returns:
        Where the first stood; 0 when it was through before that line.

    """
    thread = threading.Thread(target=second)
    passed = at = 0
    owns = functools.cache(loader.owns)

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal passed, at
        if not owns(frame.f_code):
            return None
        if event == "line":
            passed += 1
            if passed == line:
                at = frame.f_lineno
                sys.settrace(None)  # each call of a library would go on to cost time
                stands(at)
                thread.start()
                _wait_for(thread)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        first()
    finally:
        sys.settrace(before)
    if thread.ident is not None:
        thread.join(_ANSWER_SECONDS)
    return at


def before_write(
    recorder: Recorder, first: Ask, second: Ask, write: int = 1, stands: Told = lambda at: None
) -> None:
    """Send a request, and another one when the first is about to write to the database.

    Where the second has to wait for the first, it may. Where the first does not write so often, it
    is sent after it.

    Args:
        recorder: sees the statements of the app.
        first: sends the first request.
        second: sends the second one, with a client of its own; called in another thread.
        write: before which of the writes, counted from 1.
        stands: is told before the second is sent.

    """
    thread = threading.Thread(target=second)
    mine = threading.current_thread()
    written = 0

    class Watched(list[str]):
        """Statements that are about to run."""

        def append(self, statement: str) -> None:
            nonlocal written
            super().append(statement)
            if threading.current_thread() is not mine or not writes(statement):
                return
            written += 1
            if written == write:
                stands(0)
                thread.start()
                thread.join(_WRITE_SECONDS)  # it may have to wait, and a busy machine is slow

    kept, recorder.statements = recorder.statements, Watched(recorder.statements)
    try:
        first()
    finally:
        recorder.statements = kept
    if thread.ident is None:
        stands(0)
        thread.start()
    thread.join(2 * _ANSWER_SECONDS)


def writes(statement: str) -> bool:
    """Tell whether a statement of SQL changes rows."""
    return statement.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE")


class Raced:
    """Two requests that are sent at once, and what comes back."""

    def __init__(self, first: Send, second: Send) -> None:
        """Take what sends each of them."""
        self._send = first, second
        self._answers: list[TestResponse] = []
        self._others: list[TestResponse] = []

    def first(self) -> None:
        """Send the first one."""
        self._answers.append(self._send[0]())

    def second(self) -> None:
        """Send the second one."""
        self._others.append(self._send[1]())

    def at_line(self, at: int) -> list[TestResponse]:
        """Return both answers, given where the first stood; the first alone when it did not.

        Raises:
            AssertionError: when the second got no answer.

        """
        if not at:
            return self._answers
        self._check()
        note = f"curl alone cannot: this ran while the one before stood at line {at}"
        _exchange(self._others[0]).note = note
        return [*self._answers, *self._others]

    def before_write(self) -> list[TestResponse]:
        """Return both answers, of which the second was sent when the first was about to write.

        Raises:
            AssertionError: when the second got no answer.

        """
        self._check()
        for answer, other in (
            (self._answers[0], "the other ran while this"),
            (self._others[0], "this ran while the other"),
        ):
            _exchange(answer).note = f"curl alone cannot: {other} was about to write"
        return [*self._answers, *self._others]

    def _check(self) -> None:
        assert self._others, "the second of two requests got no answer: is a lock never released?"


def _exchange(answer: TestResponse) -> Exchange:
    exchange: Exchange = answer.exchange  # type: ignore[attr-defined]  # put there by the client
    return exchange


def _wait_for(thread: threading.Thread) -> None:
    """Wait until a thread has ended, or waits for a lock itself."""
    place, since = None, time.monotonic()
    while thread.is_alive() and time.monotonic() - since < _LOCKED_SECONDS:
        thread.join(_GLANCE_SECONDS)
        frame = sys._current_frames().get(thread.ident or 0)
        here = frame and (id(frame), frame.f_lasti)
        if here != place:
            place, since = here, time.monotonic()
