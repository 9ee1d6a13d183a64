"""Messages between a suite and an app apart: JSON, each behind its length, never pickle.

What comes from the app's side is a stranger's: it is bounded, and no more than JSON is read of it.
"""

import json
import select
import socket
import struct
import time
from typing import Any

# JSON takes up to twenty times as much in memory.
MAX_BYTES = 16 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class Closed(Exception):
    """The other side has ended."""


class Late(Exception):
    """Nothing came in time."""


class TooLarge(Exception):
    """What was to be sent is more than the other side takes."""


class Broken(Exception):
    """What came is no message: the other side is not what it should be."""


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Send a message.

    Raises:
        Closed: when the other side has ended.
        TooLarge: when the other side would not take it; nothing is sent.

    """
    data = json.dumps(message).encode()
    if len(data) > MAX_BYTES:
        raise TooLarge
    try:
        channel.sendall(_LENGTH.pack(len(data)) + data)
    except OSError as error:
        raise Closed from error


def receive(channel: socket.socket, until: float | None = None) -> dict[str, Any]:
    """Wait for a message, and return it.

    Args:
        channel: a stream socket.
        until: when to give up, as `time.monotonic` counts; never when None.

    Raises:
        Closed: when the other side has ended.
        Late: when it was not there in time.
        Broken: when what came is no message.

    """
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, until))
    if length > MAX_BYTES:
        raise Broken(f"a message of {length:,} bytes")
    try:
        message = json.loads(_exactly(channel, length, until))
    except (ValueError, RecursionError) as error:
        raise Broken(str(error)) from error
    if not isinstance(message, dict):
        raise Broken("no object")
    return message


def _exactly(channel: socket.socket, count: int, until: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0 or not select.select([channel], [], [], left)[0]:
                raise Late
        try:
            part = channel.recv(min(count - len(data), 1 << 20))
        except OSError as error:
            raise Closed from error
        if not part:
            raise Closed
        data += part
    return bytes(data)
