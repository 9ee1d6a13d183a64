"""Two requests at once: the second is through, or waits for a lock, before the first goes on."""

import json
import threading
import time
from types import SimpleNamespace

import pytest

from workshop.suite import racing


class _App:
    """Stands for a loader: its lines are those of this file."""

    @staticmethod
    def owns(code):
        return code.co_filename == __file__ and code.co_name == "view"


def _answer(name):
    return SimpleNamespace(name=name, exchange=SimpleNamespace(note=""))


def race(first, second, line):
    """Send a request, and another one when it is about to run its n-th line."""
    raced = racing.Raced(first, second)
    return raced.at_line(racing.at_line(_App, raced.first, raced.second, line))


@pytest.mark.parametrize("seconds", [0, 2 * racing._LOCKED_SECONDS])
def test_the_first_waits_however_slow_the_second_is(seconds):
    """A machine that is busy lends a thread so little time that its request takes long."""
    done = []

    def view():
        done.append("first began")
        done.append("first ended")
        return _answer("first")

    def second():
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            json.dumps([{"some": "work"}] * 100, indent=2)  # here and there, as a request does
        done.append("second")
        return _answer("second")

    answers = race(view, second, line=2)
    assert done == ["first began", "second", "first ended"]
    assert [answer.name for answer in answers] == ["first", "second"]


def test_a_second_that_waits_for_the_first_is_not_waited_for():
    lock = threading.Lock()

    def view():
        with lock:
            held = "first"
            return _answer(held)

    def second():
        with lock:
            return _answer("second")

    answers = race(view, second, line=2)
    assert [answer.name for answer in answers] == ["first", "second"]


def test_a_line_that_does_not_come_starts_no_second():
    def view():
        return _answer("first")

    assert len(race(view, lambda: pytest.fail("started"), line=9)) == 1
