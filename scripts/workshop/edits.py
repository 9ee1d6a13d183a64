"""Edits of a solution, as `[[edit]]` tables in TOML say them: a text found once and replaced.

Known-wrong programs and the mutants of a stage are kept so. An edit that no longer fits is an
error, and never quietly no edit.
"""

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from workshop import starters
from workshop.errors import UsageError
from workshop.paths import shown

_FORMS = ({"file", "find", "replace"}, {"file", "content"})


def load(file: Path, needed: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """Read a file that holds edits and more.

    Args:
        file: the TOML file.
        needed: the keys beside `edit` that it has to have.
        optional: the keys that it may have.

    Raises:
        UsageError: when it is no TOML, or its keys are others.

    """
    where = shown(file)
    try:
        data = tomllib.loads(starters.read(file))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where} is not valid TOML: {error}.") from error
    needed = {*needed, "edit"}
    if not needed <= data.keys() or data.keys() - needed - set(optional):
        keys = ", ".join(sorted(needed - {"edit"}))
        more = f" and, at will, {', '.join(sorted(optional))}" if optional else ""
        raise UsageError(f"{where}: the keys are {keys}, [[edit]]{more}.")
    for edit in data["edit"]:
        if edit.keys() not in _FORMS:
            raise UsageError(
                f"{where}: an [[edit]] has file, find and replace, or file and content."
            )
    return data


def applied(file: Path, edits: Iterable[dict[str, str]], texts: dict[str, str]) -> dict[str, str]:
    """Return files after edits, by relative path.

    Args:
        file: where the edits stand, to be named when one does not fit.
        edits: the edits.
        texts: the files before.

    Raises:
        UsageError: when the text to find is not there exactly once.

    """
    result = dict(texts)
    for edit in edits:
        name = edit["file"]
        if "content" in edit:
            result[name] = edit["content"]
            continue
        count = result.get(name, "").count(edit["find"])
        if count != 1:
            first = edit["find"].strip().splitlines()[0]
            raise UsageError(
                f"{shown(file)}: `{first}` must be in {name} once, and is {count} times."
            )
        result[name] = result[name].replace(edit["find"], edit["replace"])
    return result
