"""A student's tests as they are written, without running any of them."""

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(files: dict[str, bytes]) -> dict[str, ast.Module]:
    """Return the parsed files of the tests, by relative path. What is no Python is left out.

    Args:
        files: the files of the tests, by relative path.

    """
    return {name: tree for name, text in sorted(files.items()) if (tree := _parsed(name, text))}


def tests(name: str, tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the test functions of a module, and the test methods of its classes.

    Each comes with its id, as pytest has it, without parameters.

    Args:
        name: the relative path of the module. One that is not called `test_*.py` has no tests.
        tree: the module.

    """
    if not name.rpartition("/")[2].startswith("test_"):
        return
    for node in tree.body:
        place, inner = (
            (f"{name}::{node.name}", node.body)
            if isinstance(node, ast.ClassDef)
            else (name, [node])
        )
        for function in inner:
            if isinstance(function, Function) and function.name.startswith("test"):
                yield f"{place}::{function.name}", function


def _parsed(name: str, text: bytes) -> ast.Module | None:
    if not name.endswith(".py"):
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None
