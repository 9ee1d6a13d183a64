"""What a host says of a guest that has not answered as a guest does."""

from workshop.suite.apart.frames import MAX_BYTES


class Gone(AssertionError):
    """A guest has ended, hangs, or says what no guest of ours says.

    Attributes:
        how: `ended`, `hung`, `crowded` or `broken`; `large` where it goes on, and the answer does
            not count.
        stack: the stack of what hung, as far as known.

    """

    def __init__(self, how: str, stack: str = "") -> None:
        super().__init__(_GONE[how])
        self.how = how
        self.stack = stack


_GONE = {
    "ended": "the app has ended its own process, where it should have answered",
    "hung": "no answer came in time: does a loop never end, or does the app wait for something?",
    "crowded": "no process could be started for the app: has it started too many of its own?",
    "large": "the answer is too large: the check takes none of more than "
    f"{MAX_BYTES * 3 // 4 // 1024**2} MB",
    "broken": "what came back is no answer of the app: its code has changed what sends it",
}
