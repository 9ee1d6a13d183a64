"""Which tests assert nothing: read from their source, before any of them is run.

Read generously: a helper that asserts does so for whoever calls it, found by its name wherever it
is in the tests, and a test is named only where nothing in it can make it fail.
"""

import ast

from workshop.suite import written
from workshop.suite.written import Function

_FAILING = {"raises", "fail", "warns", "deprecated_call"}


def without_assertion(files: dict[str, bytes]) -> list[str]:
    """Return the tests that assert nothing, each as a line for the student.

    Args:
        files: the files of the tests, by relative path. What is no Python is left out.

    """
    modules = written.modules(files)
    functions: dict[str, list[Function]] = {}
    for tree in modules.values():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                functions.setdefault(node.name, []).append(node)
    found = []
    for name, tree in modules.items():
        for _, test in written.tests(name, tree):
            if not _can_fail(test, functions, set()):
                found.append(f"{name}, line {test.lineno}: {test.name}{_reason(test)}")
    return found


def _can_fail(function: Function, functions: dict[str, list[Function]], seen: set[str]) -> bool:
    """Tell whether something in a function, or in what it calls, can make a test fail."""
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Assert) and not _holds(node.test)):
            return True
        if not isinstance(node, ast.Call):
            continue
        name = _called(node)
        if name in _FAILING or name.lower().startswith("assert"):
            return True
        if name in functions and name not in seen:
            seen.add(name)
            if any(_can_fail(helper, functions, seen) for helper in functions[name]):
                return True
    return False


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _holds(condition: ast.expr) -> bool:
    """Tell whether a condition holds whatever the app does, as `True` and a tuple do."""
    match condition:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=members):
            return bool(members)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return ast.dump(left) == ast.dump(right)
        case _:
            return False


def _reason(test: Function) -> str:
    """Say what may have been meant as an assertion."""
    for node in ast.walk(test):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Compare):
            return f" (line {node.lineno} compares, and does not assert)"
        if isinstance(node, ast.Assert):
            return f" (what line {node.lineno} asserts holds always)"
    return ""
