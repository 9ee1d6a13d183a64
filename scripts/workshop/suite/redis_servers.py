"""A real Redis for a test: on a free port of this machine, without a file, ended with the test."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from workshop.suite import orphans
from workshop.suite.servers import free_port

_SECONDS_TO_START = 10.0
_POLL_SECONDS = 0.02


class Redis:
    """A running Redis."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self._port = port

    @property
    def url(self) -> str:
        """Return its address, as clients take it."""
        return f"redis://127.0.0.1:{self._port}/0"

    def answers(self) -> bool:
        """Tell whether it answers."""
        with suppress(OSError), closing(self._connection()) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        return False

    def pause(self) -> None:
        """Let it hang: it takes connections, and answers nothing (Linux, macOS)."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, as a crash would."""
        orphans.end(self._process)

    def _connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=1)


@contextmanager
def started(program: str, port: int | None = None) -> Iterator[Redis]:
    """Start a Redis and end it with the block.

    Args:
        program: where `redis-server` is.
        port: where it listens; a free one when it is not given.

    """
    port = port or free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = orphans.start([program, *words])
    redis = Redis(process, port)
    try:
        until = time.monotonic() + _SECONDS_TO_START
        while not redis.answers() and process.poll() is None and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        assert redis.answers(), f"{program} does not start on the port {port}"
        yield redis
    finally:
        redis.stop()
