"""Levels of isolation: what has to be active for each."""

from collections.abc import Set
from typing import NamedTuple

from workshop.errors import UsageError


class _Need(NamedTuple):
    """What a level asks for: one of several names, and how to call it."""

    one_of: frozenset[str]
    called: str


def _need(names: str, called: str) -> _Need:
    return _Need(frozenset(names.split()), called)


# Each level asks for what it lists and for what the levels before it ask for.
_NEEDS: dict[str, tuple[_Need, ...]] = {
    "none": (),
    "limits": (_need("limits", "resource limits"),),
    "user": (
        _need("user processes signals", "a user, or process ids, apart from those of the tests"),
    ),
    "files": (_need("landlock view", "rules on files (Landlock, or mounts)"),),
    "full": (
        _need("landlock", "rules on files (Landlock)"),
        _need("view", "a root of its own (mounts)"),
        _need("seccomp", "a filter of system calls (seccomp)"),
        _need("network", "a network of its own"),
        _need("processes", "process ids of its own"),
    ),
}

LEVELS = tuple(_NEEDS)
"""The names of the levels, the least first."""


def level_of(active: Set[str]) -> str:
    """Return the highest level that what is active reaches."""
    return next(level for level in reversed(LEVELS) if not _lacking(level, active))


def missing(level: str, active: Set[str]) -> str:
    """Return in one line what a level asks for and is not active, nothing when it is reached.

    Raises:
        UsageError: there is no such level.

    """
    if level not in LEVELS:
        raise UsageError(f"There is no isolation {level}: choose from {', '.join(LEVELS)}.")
    lacking = _lacking(level, active)
    if not lacking:
        return ""
    return (
        f"isolation {level} needs what is not to be had here: {'; '.join(lacking)}. "
        f"This machine reaches {level_of(active)}."
    )


def _lacking(level: str, active: Set[str]) -> list[str]:
    asked = LEVELS[: LEVELS.index(level) + 1]
    needs = [need for name in asked for need in _NEEDS[name]]
    return [need.called for need in needs if not need.one_of & active]
