"""Who has done what that matters for security: a line of the log for each, which is kept.

There is nothing in it that opens a door: no password, no token. What a client has chosen is written
as Python writes a text, so that a line break in it begins no line.
"""

import logging
from typing import Any

from flask import Flask, has_request_context, request
from flask.logging import default_handler

logger = logging.getLogger("audit")


def init_app(_app: Flask) -> None:
    """Let the lines be written wherever the others of the application are, in development too."""
    logger.setLevel("INFO")
    logger.propagate = False
    if default_handler not in logger.handlers:
        logger.addHandler(default_handler)


def record(event: str, **fields: Any) -> None:
    """Write that something has happened.

    Args:
        event: what, in a word or two that stay the same: `login_failed`.
        fields: whom it is about; the address of the client is added.

    """
    # TODO audit: write a line with the event, the address of the client, and the fields
