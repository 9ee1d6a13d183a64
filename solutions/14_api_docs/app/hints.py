"""What a program can do about an error, without a person who reads the message.

A message is for people, and may be reworded. A hint is a word out of a few, and the request to send
next where there is one.
"""

from typing import Any
from urllib.parse import quote

from flask import current_app, request, url_for
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from app.documentation.descriptions import description_of
from app.documentation.paths import path_of

# By the code of the error. Where a code is not named here, only a person knows.
ACTION = {
    "TOKEN_MISSING": "log_in",
    "TOKEN_INVALID": "log_in",
    "TOKEN_REVOKED": "log_in",
    "TOKEN_EXPIRED": "refresh",
    "TOKEN_WRONG_TYPE": "read_document",
    "MALFORMED_JSON": "read_document",
    "VALIDATION_FAILED": "read_document",
    "UNSUPPORTED_MEDIA_TYPE": "read_document",
    "METHOD_NOT_ALLOWED": "read_document",
    "NOT_FOUND": "read_index",
    "TASK_NOT_FOUND": "list",
    "CONFLICT": "read_again",
    "PRECONDITION_FAILED": "read_again",
    "TOO_MANY_REQUESTS": "wait",
    "NOT_READY": "wait",
}
ACTIONS = sorted(set(ACTION.values()))


def hint(code: str) -> dict[str, Any] | None:
    """Return what to do about an error: an action, and by which method and at which address."""
    # BEGIN SOLUTION hints: the action of the code, with `method` and `href` where there are some
    # STARTER: return None
    action = ACTION.get(code)
    if action is None:
        return None
    method, href = next_request(action)
    return {"action": action} | ({"method": method, "href": href} if href else {})
    # END SOLUTION


# BEGIN SOLUTION hints: what to send next, for each action
def next_request(action: str) -> tuple[str, str]:
    """Return the method and the address of the request to send next; empty where it is the same."""
    match action:
        case "log_in":
            return "POST", url_for("auth.login", _external=True)
        case "refresh":
            return "POST", url_for("auth.refresh", _external=True)
        case "list":
            return "GET", url_for("tasks.list_tasks", _external=True)
        case "read_index":
            return "GET", url_for("index.show_index", _external=True)
        case "read_again":
            return "GET", request.base_url
        case "read_document":
            return "GET", f"{url_for('flasgger.openapi', _external=True)}#{pointer()}"
    return "", ""


def pointer() -> str:
    """Return where in the document this request is described: a JSON pointer (RFC 6901).

    It is empty, and so points at the whole document, where the request is not described.
    """
    rule = request.url_rule or rule_of_other_methods()
    if rule is None or not description_of(current_app.view_functions[rule.endpoint]):
        return ""
    parts = ["paths", path_of(rule)]
    if request.url_rule:
        parts.append("get" if request.method == "HEAD" else request.method.lower())
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in parts]
    return quote("".join(f"/{part}" for part in escaped), safe="/~")


def rule_of_other_methods() -> Rule | None:
    """Return the rule that would match, had the request another method; None where none would."""
    wrong, adapter = request.routing_exception, current_app.create_url_adapter(request)
    if not isinstance(wrong, MethodNotAllowed) or not wrong.valid_methods or adapter is None:
        return None
    method = next(iter(wrong.valid_methods))
    rule, _ = adapter.match(method=method, return_rule=True)
    return rule


# END SOLUTION
