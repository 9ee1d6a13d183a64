"""How a URL finds its view: the URL map as a table, and each rule's judgement of one request."""

import re
from urllib.parse import unquote

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, MapAdapter, RequestRedirect, Rule
from werkzeug.routing.exceptions import RoutingException

from workshop.lab.table import Table

# Flask adds these two to every rule by itself.
_IMPLIED = {"HEAD", "OPTIONS"}
_VARIABLE = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


class UrlMap:
    """The rules of one app."""

    def __init__(self, rules: Map) -> None:
        self._map = rules
        self._rules = sorted(rules.iter_rules(), key=lambda rule: (rule.rule, methods(rule)))

    def table(self) -> Table:
        """Return each rule with its methods, its view and what its variables must be."""
        rows = [
            (rule.rule, ", ".join(methods(rule)), rule.endpoint, ", ".join(variables(rule)) or "-")
            for rule in self._rules
        ]
        return Table(("Rule", "Methods", "View", "Variables"), rows, code=True)

    def trace(self, method: str, path: str) -> Table:
        """Return each rule's judgement; the rule that is taken, if any, is marked."""
        taken = self._taken(method, path)
        rows = []
        marked = set()
        for number, rule in enumerate(self._rules):
            if rule is taken:
                marked.add(number)
            rows.append((rule.rule, ", ".join(methods(rule)), self._judgement(rule, method, path)))
        outcome = taken.endpoint if taken else self._refusal(method, path)
        caption = f"{method} {path} -> {outcome}"
        columns = ("Rule", "Methods", "What it says")
        return Table(columns, rows, caption=caption, marked=frozenset(marked))

    def _taken(self, method: str, path: str) -> Rule | None:
        try:
            rule, _ = self._map.bind("localhost").match(path, method=method, return_rule=True)
        except (NotFound, MethodNotAllowed, RequestRedirect):
            return None
        return rule

    def _refusal(self, method: str, path: str) -> str:
        try:
            self._map.bind("localhost").match(path, method=method)
        except MethodNotAllowed as error:
            return f"405, allowed are {', '.join(sorted(error.valid_methods or ()))}"
        except RequestRedirect as error:
            return f"redirected to {error.new_url}"
        except NotFound:
            pass
        return "404"

    def _judgement(self, rule: Rule, method: str, path: str) -> str:
        try:
            _, values = self._alone(rule.empty()).match(path, method=method)
        except MethodNotAllowed:
            return f"the path fits, {method} does not"
        except RequestRedirect:
            return "would fit with a slash at its end"
        except NotFound:
            return self._near_miss(rule, path)
        arguments = ", ".join(f"{name}={value!r}" for name, value in values.items())
        return f"fits: {rule.endpoint}({arguments})"

    def _near_miss(self, rule: Rule, path: str) -> str:
        """Tell whether the path would fit if its variables could be any text."""
        loose = Rule(_VARIABLE.sub(r"<\1>", rule.rule), strict_slashes=False, endpoint="any")
        try:
            _, values = self._alone(loose).match(path)
        except (NotFound, RoutingException):
            return "another path"
        wanted = ", ".join(variables(rule))
        found = ", ".join(repr(value) for value in values.values())
        return f"{found} is not {wanted}"

    def _alone(self, rule: Rule) -> MapAdapter:
        return Map([rule], converters=self._map.converters).bind("localhost")


def methods(rule: Rule) -> list[str]:
    """Return the methods that the app's author gave to a rule."""
    return sorted((rule.methods or set()) - _IMPLIED)


def variables(rule: Rule) -> list[str]:
    """Return the variables of a rule as `int task_id`."""
    found = re.findall(r"<(?:([^<>:]+):)?(\w+)>", rule.rule)
    return [f"{converter or 'string'} {name}" for converter, name in found]


def convert(converter: str, text: str) -> object | None:
    """Return what a converter makes of a text in a path; None where it refuses."""
    adapter = Map([Rule(f"/<{converter}:value>", endpoint="view")]).bind("localhost")
    try:
        _, values = adapter.match(f"/{unquote(text)}")
    except (NotFound, RoutingException):
        return None
    value: object = values["value"]
    return value
