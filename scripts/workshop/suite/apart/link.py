"""The host's hold on a guest: asks it, and believes it no more than a client believes a server."""

import contextlib
import itertools
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from workshop.suite import clock
from workshop.suite.apart import frames
from workshop.suite.apart.gone import Gone

Frame = dict[str, Any]

_STACK_SECONDS = 1.0
_MAX_OUTPUT = 1024 * 1024


class Link:
    """The host's hold on a guest.

    `until` is when what is asked has to be answered, as `time.monotonic` counts, and `on_gone` is
    told of a guest that has not.
    """

    _ids = itertools.count(1)

    def __init__(
        self,
        channel: socket.socket,
        pid: int,
        output: IO[bytes],
        errors: IO[bytes],
        stack: IO[bytes],
    ) -> None:
        """Take the socket to the guest, its id, and the files that it writes to."""
        self.until: float | None = None
        self.on_gone: Callable[[Gone], None] = lambda gone: None
        self._channel = channel
        self.pid = pid
        self._written = {1: (output, 0), 2: (errors, 0)}
        self._stack = stack
        # What has been asked, and what has come of it: an answer to anything else is nobody's.
        self._asked: set[int] = set()
        self._arrived: dict[int, Frame] = {}
        self._reading = False
        self._gone: Gone | None = None
        self._state = threading.Condition()
        self._sending = threading.Lock()

    def ask(self, op: str, **values: Any) -> Frame:
        """Ask for something, and return the answer.

        Raises:
            Gone: when there is none.

        """
        return self.answer_to(self.send(op, **values))

    def send(self, op: str, **values: Any) -> int:
        """Ask for something; return the number under which the answer will come."""
        number = next(Link._ids)
        self._asked.add(number)
        thread = (
            threading.get_ident()
            if threading.current_thread() is not threading.main_thread()
            else 0
        )
        # Whether others may ask before this is answered.
        alone = threading.active_count() == 1 and op != "race"
        frame = {"id": number, "op": op, "thread": thread, "alone": alone, **values}
        frame["now"] = clock.moment()
        try:
            with self._sending:
                frames.send(self._channel, frame)
        except frames.Closed:
            self._fail(Gone("ended"))
        return number

    def answer_to(self, number: int) -> Frame:
        """Wait for an answer, whichever thread it is that reads it.

        Raises:
            Gone: when there is none.

        """
        with self._state:
            self._asked.add(number)  # again, where a request stands still and goes on
            while number not in self._arrived:
                if self._gone:
                    raise self._gone
                if self._reading:
                    self._state.wait(0.1)
                    continue
                self._reading = True
                self._state.release()
                try:
                    frame = self._receive()
                finally:
                    self._state.acquire()
                    self._reading = False
                    self._state.notify_all()
                self._arrived[int(frame["id"])] = frame
            frame = self._arrived.pop(number)
        self._show_output()
        if "large" in frame:
            raise Gone("large")
        return frame

    def _receive(self) -> Frame:
        try:
            frame = frames.receive(self._channel, self.until)
            if frame.get("id") not in self._asked:
                raise frames.Broken
            self._asked.remove(frame["id"])
            return frame
        except frames.Closed:
            self._fail(Gone("ended"))
        except frames.Late:
            self._fail(Gone("hung", self._end_of_what_hangs()))
        except (frames.Broken, TypeError):  # an id can be anything
            self.fail_as_broken()
        raise AssertionError  # `_fail` has raised

    @contextlib.contextmanager
    def believed(self) -> Iterator[None]:
        """Take what it says apart in the block; give it up where it says what none of ours says."""
        try:
            yield
        except (KeyError, TypeError, ValueError, OverflowError):
            self.fail_as_broken()

    def fail_as_broken(self) -> None:
        """Give the guest up, which says what no guest of ours says.

        Raises:
            Gone: always.

        """
        self._fail(Gone("broken"))

    def _fail(self, gone: Gone) -> None:
        self._gone = gone
        self._show_output()
        self.kill()
        self.on_gone(gone)
        raise gone

    def _end_of_what_hangs(self) -> str:
        """Let a guest write its stack and end; return the stack."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGALRM)
        until = time.monotonic() + _STACK_SECONDS
        with contextlib.suppress(frames.Closed, frames.Late, frames.Broken):
            while True:
                frames.receive(self._channel, until)
        self._stack.seek(0)
        return self._stack.read(64 * 1024).decode("utf-8", "replace")

    def _show_output(self) -> None:
        """Write what the guest has written since, as if it had been written here."""
        for number, (file, read) in list(self._written.items()):
            data = os.pread(file.fileno(), _MAX_OUTPUT - read, read)
            if data:
                with contextlib.suppress(OSError):  # what is captured has its limit as well
                    os.write(number, data)
                self._written[number] = file, read + len(data)

    def begin_anew(self) -> None:
        """Forget what the guest has written so far: a test has ended, and another begins."""
        for number, (file, _) in list(self._written.items()):
            # Both sides have one position in the file.
            os.ftruncate(file.fileno(), 0)
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            self._written[number] = file, 0

    @property
    def is_open(self) -> bool:
        """Tell whether the guest can be asked for something."""
        return self._channel.fileno() >= 0

    def kill(self) -> None:
        """End it, with what it has started in its group."""
        if not self.is_open:
            return
        self._channel.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for file in (*(file for file, _ in self._written.values()), self._stack):
            file.close()
        self._written.clear()
