"""An SMTP server for a test: it keeps what it is sent, and refuses or hangs when it is told to."""

import asyncio
import email.policy
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from workshop.suite.servers import free_port

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

_POLL_SECONDS = 0.02
# So long it may take until it is known here that a client has died.
_NEWS_SECONDS = 0.1


class Mailbox:
    """What a server was sent, to whomever.

    Attributes:
        url: its address, `smtp://HOST:PORT`.
        messages: what it has taken, in the order in which it came.
        taken_at: when it has taken each of them, by `time.monotonic`.
        attempts: when somebody has tried to send something, by `time.monotonic`.
        seconds: how long it takes for a message.

    """

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.messages: list[EmailMessage] = []
        self.taken_at: list[float] = []
        self.attempts: list[float] = []
        self.seconds = 0.0
        self._refusals: list[str] = []
        self._opened = threading.Event()
        self._opened.set()

    def refuse(self, answer: str, times: int = 1_000_000) -> None:
        """Answer a message with this, so often, and take the ones after it."""
        self._refusals = [answer] * times

    def hang(self) -> None:
        """Answer no message any more, until it is told to go on."""
        self._opened.clear()

    def go_on(self) -> None:
        """Answer again."""
        self._opened.set()

    def wait(self, number: int, seconds: float) -> bool:
        """Wait until so many messages were taken; tell whether they were."""
        return self._wait(self.messages, number, seconds)

    def wait_for_attempts(self, number: int, seconds: float) -> bool:
        """Wait until somebody has tried so often; tell whether it was so often."""
        return self._wait(self.attempts, number, seconds)

    def _wait(self, what: list[Any], number: int, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while len(what) < number and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        return len(what) >= number

    async def handle_DATA(  # aiosmtpd's name
        self, server: "SMTP", session: "Session", envelope: "Envelope"
    ) -> str:
        """Take a message, or refuse it."""
        self.attempts.append(time.monotonic())
        await asyncio.sleep(self.seconds)
        while not self._opened.is_set():
            await asyncio.sleep(_POLL_SECONDS)
        await asyncio.sleep(_NEWS_SECONDS)
        if self._has_gone(server):
            return "451 the client has gone"
        if self._refusals:
            return self._refusals.pop()
        content: Any = envelope.content
        message = message_from_bytes(content, EmailMessage, policy=email.policy.default)
        # To whom it was really sent; the header is only text.
        message["X-Recipients"] = ", ".join(envelope.rcpt_tos)
        self.taken_at.append(time.monotonic())
        self.messages.append(message)
        return "250 taken"

    def _has_gone(self, server: "SMTP") -> bool:
        """Tell whether the client has left, and would not hear that its message was taken."""
        reader = server._reader
        return server.transport is None or reader is None or reader.at_eof()


@contextmanager
def started(port: int | None = None) -> Iterator[Mailbox]:
    """Start a server on this machine, and end it with the block.

    Args:
        port: where it listens; a free one when it is not given.

    """
    # Imported here: a suite without e-mail does not wait for it.
    from aiosmtpd.controller import Controller

    port = port or free_port()
    mailbox = Mailbox(port)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        mailbox.go_on()
        controller.stop()
