"""What a request may say: plain functions that collect faults."""

import re

from flask import request
from werkzeug.exceptions import BadRequest

from app.problems import Faults, Problem

FIELDS = {"title", "description", "status", "tags"}
STATUSES = ("pending", "completed")
SHOWN = ["id", "title", "description", "status", "tags", "owner_id", "created_at", "updated_at"]
SORTABLE = ["id", "title", "status", "created_at", "updated_at"]


def text(value, shortest, longest):
    """Return a text, stripped, or raise a ValueError that says what is wrong with it."""
    if not isinstance(value, str):
        raise ValueError("must be a text")
    value = value.strip()
    if re.search("[\0\ud800-\udfff]", value):
        raise ValueError("has a character that cannot be stored")
    if not shortest <= len(value) <= longest:
        raise ValueError(f"must have {shortest} to {longest} characters")
    return value


def status(value):
    if value not in STATUSES:
        raise ValueError(f"must be {' or '.join(STATUSES)}")
    return value


def tags(value):
    if not isinstance(value, list):
        raise ValueError("must be a list of names")
    if len(value) > 20:
        raise ValueError("a task has at most 20 tags")
    return list(dict.fromkeys(text(name, 1, 50) for name in value))


CHECKS = {
    "title": lambda value: text(value, 1, 150),
    "description": lambda value: text(value, 0, 2000),
    "status": lambda value: status(value),
    "tags": lambda value: tags(value),
}


def object_in_body():
    try:
        body = request.get_json()
    except (BadRequest, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Problem(400, "MALFORMED_JSON", "This is no JSON object")
    return body


def task_fields(required=()):
    body, faults = object_in_body(), Faults()
    for field in body.keys() - FIELDS:
        faults.add(field, "there is no such field, or not for you to set")
    for field in required:
        if field not in body:
            faults.add(field, "is missing")
    fields = {}
    for field in body.keys() & FIELDS:
        try:
            fields[field] = CHECKS[field](body[field])
        except (ValueError, TypeError) as error:
            faults.add(field, str(error))
    faults.raise_if_any()
    return fields


def number(name, default, highest, faults):
    value = request.args.get(name)
    if value is None:
        return default
    if re.fullmatch(r"[0-9]{1,10}", value) and 1 <= int(value) <= highest:
        return int(value)
    faults.add(name, f"must be a whole number from 1 to {highest}")
    return default


def names(name, allowed, signs, faults):
    value = request.args.get(name)
    if not value:
        return None
    chosen = value.split(",")
    for one in chosen:
        bare = one[1:] if signs and one[:1] == "-" else one
        if bare not in allowed:
            faults.add(name, f"{one} is unknown, there are {' '.join(allowed)}")
    return chosen


def list_query():
    faults = Faults()
    query = {
        "page": number("page", 1, 2_000_000_000, faults),
        "per_page": number("per_page", 20, 100, faults),
        "sort": names("sort", SORTABLE, True, faults) or ["-created_at"],
        "fields": names("fields", SHOWN, False, faults) or SHOWN,
        "status": request.args.get("status"),
        "tag": request.args.get("tag"),
        "q": request.args.get("q", "").replace("\0", ""),
    }
    if query["status"] is not None:
        try:
            status(query["status"])
        except ValueError as error:
            faults.add("status", str(error))
    faults.raise_if_any()
    return query
