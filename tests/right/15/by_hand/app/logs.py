"""What the application writes while it runs: one JSON object a line, which programs can search."""

import logging
import time

from flask import Flask, Response, current_app, g, request
from flask.logging import default_handler
from pythonjsonlogger.json import JsonFormatter

from app.request_ids import add_to_record

# Python's names for the parts of a record, and what they are called in the log.
NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception"}


class Formatter(JsonFormatter):
    """Turns a record into one line of JSON, with what its `extra` gave and the request's id."""

    def __init__(self) -> None:
        names = "".join(f"{{{name}}}" for name in ("levelname", "name", "message", "request_id"))
        super().__init__(names, style="{", rename_fields=NAMES, timestamp="time")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Whoever logs, the id is added here, as all lines come by."""
        add_to_record(record)
        return super().format(record)


def init_app(app: Flask) -> None:
    """Log in JSON, a line for each request among it, where the configuration wants that."""
    if not app.config["JSON_LOGS"]:
        return
    default_handler.setFormatter(Formatter())
    app.logger.setLevel("INFO")
    app.before_request(begin)
    app.after_request(log_request)


def begin() -> None:
    """Note when this request began, on a clock that nobody sets."""
    g.began = time.perf_counter()


def log_request(response: Response) -> Response:
    """Log what was asked and answered: no query and no header, as there are tokens in them."""
    current_app.logger.info(
        "%s %s %s",
        request.method,
        request.path,
        response.status_code,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round(1000 * (time.perf_counter() - g.began), 1),
            "client": request.remote_addr,
        },
    )
    return response
