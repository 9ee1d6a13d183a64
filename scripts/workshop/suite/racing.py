"""Two requests at once, without luck: one runs while the other stands at a given line."""

import functools
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from werkzeug.test import TestResponse

from workshop.suite.exchange import Recorder
from workshop.suite.loader import AppLoader

# How long a thread stands at one place before it is taken to wait for a lock, and how often one
# looks. The time is not that of a request: on a busy machine, that can be any.
_LOCKED_SECONDS = 0.2
_GLANCE_SECONDS = 0.01
_ANSWER_SECONDS = 5.0
_WRITE_SECONDS = 4.0

Send = Callable[[], TestResponse]


def race(loader: AppLoader, first: Send, second: Send, line: int) -> list[TestResponse]:
    """Send a request, and another one in the moment before the first runs its n-th line.

    The first stands still until the second is through, or is seen to wait for a lock.

    Args:
        loader: of the app whose lines count.
        first: sends the first request.
        second: sends the second one, with a client of its own.
        line: which line, counted from 1 as they run.

    Returns:
        Both answers; the first alone when it was through before that line.

    Raises:
        AssertionError: when the second got no answer.

    """
    answers: list[TestResponse] = []
    thread = threading.Thread(target=lambda: answers.append(second()))
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
                thread.start()
                _wait_for(thread)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        answer = first()
    finally:
        sys.settrace(before)
    if thread.ident is None:
        return [answer]
    thread.join(_ANSWER_SECONDS)
    assert answers, "the second of two requests got no answer: is a lock never released?"
    exchange = answers[0].exchange  # type: ignore[attr-defined]  # put there by the client
    exchange.note = f"curl alone cannot: this ran while the one before stood at line {at}"
    return [answer, *answers]


def at_write(recorder: Recorder, first: Send, second: Send) -> list[TestResponse]:
    """Send a request, and another one when the first is about to write to the database.

    Where the second has to wait for the first, it may.

    Args:
        recorder: sees the statements of the app.
        first: sends the first request.
        second: sends the second one, with a client of its own.

    Returns:
        Both answers.

    Raises:
        AssertionError: when the second got no answer.

    """
    answers: list[TestResponse] = []
    thread = threading.Thread(target=lambda: answers.append(second()))
    mine = threading.current_thread()

    class Watched(list[str]):
        """Statements that are about to run."""

        def append(self, statement: str) -> None:
            super().append(statement)
            about_to = statement.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE")
            if about_to and threading.current_thread() is mine and thread.ident is None:
                thread.start()
                thread.join(_WRITE_SECONDS)  # it may have to wait, and a busy machine is slow

    kept, recorder.statements = recorder.statements, Watched(recorder.statements)
    try:
        answer = first()
    finally:
        recorder.statements = kept
    if thread.ident is None:
        thread.start()
    thread.join(2 * _ANSWER_SECONDS)
    assert answers, "the second of two requests got no answer: is a lock never released?"
    for done, other in (
        (answer, "the other ran while this"),
        (answers[0], "this ran while the other"),
    ):
        exchange = done.exchange  # type: ignore[attr-defined]  # put there by the client
        exchange.note = f"curl alone cannot: {other} was about to write"
    return [answer, *answers]


def _wait_for(thread: threading.Thread) -> None:
    """Wait until a thread has ended, or waits for a lock itself."""
    place, since = None, time.monotonic()
    while thread.is_alive() and time.monotonic() - since < _LOCKED_SECONDS:
        thread.join(_GLANCE_SECONDS)
        frame = sys._current_frames().get(thread.ident or 0)
        here = frame and (id(frame), frame.f_lasti)
        if here != place:
            place, since = here, time.monotonic()
