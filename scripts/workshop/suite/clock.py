"""The clock on the wall, as a test wants it: it stands still, and moves when it is told to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import time_machine
    from time_machine import Traveller

# The same moment in every run, on which no day, month or second ends.
START = datetime(2030, 5, 15, 12, 30, 20, tzinfo=UTC)


class Clock:
    """A clock that stands still. What measures durations (`time.monotonic`) goes on."""

    stands: ClassVar[bool] = False

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
        Clock.stands = True
        try:
            yield Clock(traveller)
        finally:
            Clock.stands = False


def moment() -> float | None:
    """Return the time at which the clock stands, in seconds since 1970; None where it goes."""
    return time.time() if Clock.stands else None


class Follower:
    """Lets the clock of this process stand where that of another one does."""

    def __init__(self) -> None:
        self._travel: time_machine.travel | None = None
        self._traveller: Traveller | None = None

    def follow(self, moment: float | None) -> None:
        """Let the clock stand at a moment, as `moment` returned it, or go where it is None."""
        if moment is None:
            if self._travel:
                self._travel.stop()
            self._travel = self._traveller = None
        elif self._traveller:
            self._traveller.move_to(moment, tick=False)
        else:
            import time_machine

            self._travel = time_machine.travel(moment, tick=False)
            self._traveller = self._travel.start()
