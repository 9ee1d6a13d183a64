"""The clock on the wall, as a test wants it: it stands still, and moves when it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from time_machine import Traveller

# The same moment in every run, on which no day, month or second ends.
START = datetime(2030, 5, 15, 12, 30, 20, tzinfo=UTC)


class Clock:
    """A clock that stands still. What measures durations (`time.monotonic`) goes on."""

    def __init__(self, traveller: "Traveller") -> None:
        self._traveller = traveller

    def move(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self._traveller.shift(seconds)


@contextmanager
def stopped() -> Iterator[Clock]:
    """Stop the clock for all that runs in this process, until the end of the block."""
    # Imported here: a suite without a clock does not wait for it.
    import time_machine

    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)
