"""A name for each request, by which its answer and its lines in the log are found again."""

import logging
import re
import uuid

from flask import Flask, Response, g, has_request_context, request
from flask.logging import default_handler

HEADER = "X-Request-ID"
# Visible ASCII alone: the id is written into the log, where a line break or a control character
# could fake an entry (OWASP: log injection).
_SANE = re.compile(r"[\x21-\x7e]{1,128}")


def init_app(app: Flask) -> None:
    """Give each request an id, its answer the header, and lines of the log the id."""
    app.before_request(remember)
    app.after_request(answer_with_id)
    default_handler.addFilter(add_to_record)
    default_handler.setFormatter(
        logging.Formatter("[%(asctime)s] %(levelname)s %(request_id)s %(message)s")
    )


def remember() -> None:
    """Keep the id of this request in `g`, which lasts as long as the request."""
    g.request_id = id_for(request.headers.get(HEADER, ""))


def id_for(sent: str) -> str:
    """Return the id that the client sent, if it is sane, else a new one."""
    return sent if _SANE.fullmatch(sent) else uuid.uuid4().hex


def answer_with_id(response: Response) -> Response:
    """Send the id back."""
    response.headers[HEADER] = g.request_id
    return response


def add_to_record(record: logging.LogRecord) -> bool:
    """Give a line of the log the id of the request it belongs to; keep every line."""
    record.request_id = g.get("request_id", "-") if has_request_context() else "-"
    return True
