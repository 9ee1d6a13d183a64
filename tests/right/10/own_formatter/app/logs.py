"""JSON for the log, with the standard library alone."""

import json
import logging
import sys
import time
from datetime import UTC, datetime

from flask import Flask, g, has_request_context, request, request_finished, request_started


class JsonLines(logging.Formatter):
    """Write a record as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "message": record.getMessage(),
            "request_id": g.get("request_id") if has_request_context() else None,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def init_app(app: Flask) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    app.logger.handlers = [handler]
    app.logger.propagate = False
    app.logger.setLevel(logging.INFO)
    request_started.connect(_started, app)
    request_finished.connect(_finished, app)


def _started(_app: Flask, **_more: object) -> None:
    g.clock = time.monotonic_ns()


def _finished(app: Flask, response: object, **_more: object) -> None:
    fields = {
        "status": response.status_code,  # type: ignore[attr-defined]
        "method": request.method,
        "path": request.path,
        "client": request.environ.get("REMOTE_ADDR"),
        "duration_ms": (time.monotonic_ns() - g.clock) / 1_000_000,
    }
    app.logger.info("answered", extra={"fields": fields})
