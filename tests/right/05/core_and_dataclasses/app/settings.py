"""Settings, as a frozen dataclass: one constructor for each surrounding."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that differs."""

    secret_key: str
    database: str
    testing: bool = False

    @classmethod
    def for_development(cls) -> Settings:
        """Return what a laptop needs."""
        return cls(
            secret_key=os.environ.get("SECRET_KEY", "laptop"),
            database=os.environ.get("DATABASE_URL", "sqlite:///tasks.sqlite3"),
        )

    @classmethod
    def for_testing(cls) -> Settings:
        """Return what tests need: a database that goes with the process."""
        return cls(secret_key="tests", database="sqlite://", testing=True)  # noqa: S106

    @classmethod
    def for_production(cls) -> Settings:
        """Return what was set; all that was not is told at once."""
        missing = [name for name in ("SECRET_KEY", "DATABASE_URL") if not os.environ.get(name)]
        if missing:
            raise RuntimeError(f"production needs {', '.join(missing)}")
        return cls(secret_key=os.environ["SECRET_KEY"], database=os.environ["DATABASE_URL"])

    @classmethod
    def load(cls, name: str | None) -> Settings:
        """Return the settings of a name."""
        name = name or os.environ.get("FLASK_CONFIG", "") or "development"
        makers = {kind: getattr(cls, f"for_{kind}") for kind in KINDS}
        if name not in makers:
            raise ValueError(f"{name!r} is none of {', '.join(sorted(makers))}")
        return makers[name]()


KINDS = ("production", "testing", "development")
