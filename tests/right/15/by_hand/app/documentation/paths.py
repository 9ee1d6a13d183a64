"""How the document writes the rule of a route."""

import re

from werkzeug.routing import Rule


def path_of(rule: Rule) -> str:
    """Return the path of a rule: `/api/tasks/<int:task_id>` is `/api/tasks/{task_id}`."""
    return re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule)
