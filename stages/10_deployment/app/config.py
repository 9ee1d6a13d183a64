"""What differs between a developer's machine, the tests and production.

An object is made for each application, and reads the environment then: importing this module asks
for nothing.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from flask.helpers import get_debug_flag
from sqlalchemy import make_url

# The keys of development. They are in the repository, so whoever reads it can sign with them.
KNOWN_TO_ALL = {
    "SECRET_KEY": "for development only, signs nothing real",
    "JWT_SECRET_KEY": "for development only: known to all",
}


class Config:
    """What every configuration says."""

    TESTING = False
    # Whether `flask seed` may add users whose passwords everybody knows.
    SAMPLE_DATA = False
    # Whether the log is for programs.
    JSON_LOGS = False
    # How many proxies stand between the client and this process: whom to believe about the client.
    PROXIES = 0
    # An access token is short, as whoever finds it can use it; the refresh token makes new ones.
    JWT_ACCESS_TOKEN_EXPIRES = timedelta(minutes=15)
    JWT_REFRESH_TOKEN_EXPIRES = timedelta(days=30)
    SECRET_KEY: str
    JWT_SECRET_KEY: str
    SQLALCHEMY_DATABASE_URI: str


class DevelopmentConfig(Config):
    """On a developer's machine; works without any setting."""

    SAMPLE_DATA = True

    def __init__(self) -> None:
        # A fixed key: with a random one, no process could read what another one has signed.
        self.SECRET_KEY = os.environ.get("SECRET_KEY", KNOWN_TO_ALL["SECRET_KEY"])
        self.JWT_SECRET_KEY = os.environ.get("JWT_SECRET_KEY", KNOWN_TO_ALL["JWT_SECRET_KEY"])
        # A relative path is relative to the instance folder, which Flask-SQLAlchemy makes.
        self.SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "sqlite:///tasks.db")


class TestingConfig(Config):
    """In tests, which never work on the database that a developer uses."""

    TESTING = True

    def __init__(self) -> None:
        self.SECRET_KEY = "for tests only"  # noqa: S105  # signs nothing outside of a test
        self.JWT_SECRET_KEY = "for tests only, which know it themselves"  # noqa: S105  # as above
        self.SQLALCHEMY_DATABASE_URI = os.environ.get("TEST_DATABASE_URL", "sqlite://")


class ProductionConfig(Config):
    """In production, where nothing that has to be chosen has a default."""

    JSON_LOGS = True

    # TODO production-config: no debugger, good keys, a full path, and pings
    def __init__(self) -> None:
        self.SECRET_KEY = required("SECRET_KEY")
        self.JWT_SECRET_KEY = required("JWT_SECRET_KEY")
        self.SQLALCHEMY_DATABASE_URI = required("DATABASE_URL")
        self.PROXIES = int(os.environ.get("PROXIES", "1"))


# TODO production-config: refuse a key that is short or known, and a relative path


def required(name: str) -> str:
    """Return a variable of the environment.

    Raises:
        RuntimeError: when it is not set, or empty.

    """
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set, and production does not start without it")
    return value


CONFIGS = {
    "development": DevelopmentConfig,
    "testing": TestingConfig,
    "production": ProductionConfig,
}


def named(name: str | None) -> Config:
    """Return the configuration of a name, or of the one in `FLASK_CONFIG` when none is given.

    Raises:
        ValueError: when there is none of that name.

    """
    name = name or os.environ.get("FLASK_CONFIG") or "development"
    if name not in CONFIGS:
        raise ValueError(f"There is no configuration {name!r}: choose one of {', '.join(CONFIGS)}")
    return CONFIGS[name]()
