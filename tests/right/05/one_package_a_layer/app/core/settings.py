"""Settings, as plain dictionaries."""

import os

KINDS = ["development", "production", "testing"]


def choose(kind):
    """Return the settings of a kind."""
    if kind is None:
        kind = os.environ.get("FLASK_CONFIG", "development")
    match kind:
        case "development":
            key = os.environ.get("SECRET_KEY") or "dev"
            url = os.environ.get("DATABASE_URL") or "sqlite:///dev.sqlite"
        case "testing":
            key, url = "test", "sqlite:///:memory:"
        case "production":
            missing = [n for n in ("SECRET_KEY", "DATABASE_URL") if not os.getenv(n, "").strip()]
            if missing:
                raise RuntimeError("Set these first: " + " and ".join(missing))
            key, url = os.environ["SECRET_KEY"], os.environ["DATABASE_URL"]
        case _:
            raise ValueError(f"{kind}? I know {KINDS}.")
    return {
        "SECRET_KEY": key,
        "SQLALCHEMY_DATABASE_URI": url,
        "TESTING": kind == "testing",
        "KIND": kind,
    }
