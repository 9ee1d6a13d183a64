"""Has Celery's folder broker bear several processes. Run as a program, it is `celery` with that.

Kombu opens a file under its name, and fills it then: a process that looks into the folder in
between reads half a message, or half a list of queues. The message is lost, or a worker ends of it.
On a busy machine that happens once in some hundred messages, and a test would blame the student.
"""

import functools
import sys
import time
import uuid
from collections.abc import Callable
from json import JSONDecodeError
from pathlib import Path
from typing import Any

_TRIES = 50
_PAUSE_SECONDS = 0.01


def write_where_celery_is_loaded() -> None:
    """Call `write`, unless this process has no use for it: early stages load no Celery."""
    if "kombu" in sys.modules:
        write()


def write() -> None:
    """Have the folder transport of Kombu do so, in this process."""
    from kombu.transport import filesystem

    channel: Any = filesystem.Channel
    if channel._put is _put:
        return
    channel._put = _put
    for name in ("get_table", "_queue_bind", "_get"):
        setattr(channel, name, _tried_again(getattr(channel, name)))


def _put(channel: Any, queue: str, payload: Any, **_: Any) -> None:
    """Put a message onto a queue, as a whole.

    Raises:
        ChannelError: the folder cannot be written to.

    """
    from kombu.exceptions import ChannelError
    from kombu.utils import json

    dumps: Any = json.dumps  # which has no types
    # The order of the names is the order in which messages are taken.
    name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
    file = Path(channel.data_folder_out, name)
    part = file.with_name(f"{name}.part")  # the name of no queue ends so
    try:
        part.write_text(dumps(payload), encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise ChannelError(f"Cannot add file {str(file)!r} to directory") from error


def _tried_again(read: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that reads again what was only half there; a message, the next one."""

    @functools.wraps(read)
    def patient(*args: Any, **kwargs: Any) -> Any:
        for _ in range(_TRIES):
            try:
                return read(*args, **kwargs)
            except JSONDecodeError:
                time.sleep(_PAUSE_SECONDS)
        return read(*args, **kwargs)

    return patient


if __name__ == "__main__":
    sys.path[0] = ""  # as `python -m celery` has it: the app's folder, and not that of this file
    from celery.__main__ import main

    write()
    main()
