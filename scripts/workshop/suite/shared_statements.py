"""Spares suites the compiling of SQL that an app before has compiled already.

SQLAlchemy keeps what it has compiled for each engine, and a suite makes an engine for every test.
Here the engines of equal SQLite dialects share what they have compiled. It is kept by the very
tables and types in a statement, so that modules which were imported anew find nothing of the old.
"""

import sys
from typing import Any


def share() -> None:
    """Have SQLAlchemy's engines share what they have compiled, in this process."""
    if "sqlalchemy" not in sys.modules:
        return
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite as Dialect
    from sqlalchemy.engine import Engine
    from sqlalchemy.util import LRUCache

    if hasattr(Dialect, "workshop_options"):
        return
    compiled: LRUCache[Any, Any] = LRUCache(500)

    # SQLAlchemy reads the names of arguments off `__init__`, so that is left alone.
    def new(cls: type[Dialect], *args: Any, **options: Any) -> Dialect:
        dialect = object.__new__(cls)
        dialect.workshop_options = args, options  # type: ignore[attr-defined]
        return dialect

    def equal(self: Any, other: Any) -> bool:
        return type(self) is type(other) and self.workshop_options == other.workshop_options

    def keep(self: Engine, cache: Any) -> None:
        vars(self)["_compiled_cache"] = cache if cache is None else compiled

    Dialect.workshop_options = None  # type: ignore[attr-defined]
    Dialect.__new__ = new  # type: ignore[method-assign, assignment]
    Dialect.__eq__ = equal  # type: ignore[method-assign]
    Dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    Engine._compiled_cache = property(  # type: ignore[assignment]
        lambda self: vars(self).get("_compiled_cache"), keep
    )
