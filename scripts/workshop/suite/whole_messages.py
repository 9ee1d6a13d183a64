"""Has Celery put each message into a folder as a whole. Run as a program, it is `celery` with that.

Kombu opens the file of a message under its name, and fills it then: a worker that looks into the
folder in between takes half a message, and the other half is lost. On a busy machine that happens
once in some hundred messages, and a test would blame the student for it.
"""

import sys
import time
import uuid
from pathlib import Path
from typing import Any


def write() -> None:
    """Have the folder transport of Kombu write so, in this process, if Kombu is there."""
    if "kombu" not in sys.modules:
        return
    from kombu.transport import filesystem

    channel: Any = filesystem.Channel
    channel._put = _put


def _put(channel: Any, queue: str, payload: Any, **_: Any) -> None:
    """Put a message onto a queue.

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


if __name__ == "__main__":
    sys.path[0] = ""  # as `python -m celery` has it: the app's folder, and not that of this file
    from celery.__main__ import main

    write()
    main()
