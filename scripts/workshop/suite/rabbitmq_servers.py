"""A real RabbitMQ for a test: on free ports of this machine, in a folder of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from workshop.suite import orphans
from workshop.suite.servers import free_port
from workshop.tools import find

_SECONDS_TO_START = 60.0
_POLL_SECONDS = 0.2
# Debian's script of this name in the PATH refuses whoever is neither root nor its own user.
_DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def program() -> str:
    """Return where RabbitMQ is; empty when it is nowhere."""
    return str(_DEBIAN) if _DEBIAN.exists() else find("rabbitmq-server")


class RabbitMQ:
    """A running RabbitMQ, with all of its processes."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self._port = port

    @property
    def url(self) -> str:
        """Return its address, as clients take it."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def answers(self) -> bool:
        """Tell whether it answers to the first words of its protocol."""
        with (
            suppress(OSError),
            closing(socket.create_connection(("127.0.0.1", self._port), 1)) as s,
        ):
            s.settimeout(1)
            s.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(s.recv(1))
        return False

    def stop(self) -> None:
        """End it."""
        orphans.end(self._process)


@contextmanager
def started(folder: Path) -> Iterator[RabbitMQ]:
    """Start a RabbitMQ with its files in a folder, and end it with the block."""
    port, other, names = free_port(), free_port(), free_port()
    loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
    env = os.environ | {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"workshop{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(other),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": loopback,
        # Erlang's register of names. It would outlive the server, so it is ours, and is ended.
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    register = orphans.start(["epmd", "-port", str(names), "-address", "127.0.0.1"], env=env)
    with (folder / "output").open("wb") as output:
        process = orphans.start([program()], output, cwd=folder, env=env)
    server = RabbitMQ(process, port)
    try:
        until = time.monotonic() + _SECONDS_TO_START
        while not server.answers() and process.poll() is None and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        said = (folder / "output").read_text(encoding="utf-8", errors="replace")
        assert server.answers(), f"RabbitMQ does not start:\n{said[-2000:]}"
        yield server
    finally:
        server.stop()
        orphans.end(register)
