"""The audit log, one JSON object a line on standard output."""

import json

from flask import has_request_context, request


def init_app(app):
    """Nothing has to be made ready."""


def record(event, **fields):
    line = {"audit": event} | fields
    if has_request_context():
        line["from"] = request.remote_addr
    print(json.dumps(line), flush=True)
