"""Spares suites the compiling of URL builders that nobody calls.

Werkzeug compiles, for each route of each app, two functions with which `url_for` builds its URL. A
suite loads an app for every test and builds few URLs: a third of its time would go into this. So
they are compiled when they are first called. What a rule does stays the same.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., Any]


def build_when_called() -> None:
    """Have Werkzeug's rules compile their builders on first use, in this process."""
    compile_builder: Callable[..., Builder] | None = getattr(Rule, "_compile_builder", None)
    if compile_builder is None or hasattr(Rule, "workshop_is_lazy"):
        return

    def lazily(rule: Rule, append_unknown: bool = True) -> Builder:
        compiled: list[Builder] = []

        def build(self: Rule, *args: Any, **kwargs: Any) -> Any:
            if not compiled:
                compiled.append(compile_builder(rule, append_unknown).__get__(self, None))
            return compiled[0](*args, **kwargs)

        return build

    Rule._compile_builder = lazily  # type: ignore[method-assign, assignment]
    Rule.workshop_is_lazy = True  # type: ignore[attr-defined]
