"""What differs between a developer's machine, the tests and production.

An object is made for each application, and reads the environment then: importing this module asks
for nothing.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from flask.helpers import get_debug_flag
from limits import parse_many
from sqlalchemy import make_url

from app.json_serializer import JsonSerializer

# The keys of development. They are in the repository, so whoever reads it can sign with them.
KNOWN_TO_ALL = {
    "SECRET_KEY": "for development only, signs nothing real",
    "JWT_SECRET_KEY": "for development only: known to all",
}

# The settings that are limits.
LIMITS = (
    "RATELIMIT_DEFAULT",
    "RATELIMIT_ADMIN",
    "RATELIMIT_LOGIN",
    "RATELIMIT_CREATE",
    "RATELIMIT_SEARCH",
)


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

    # How often somebody may ask, for each route.
    RATELIMIT_DEFAULT = "100 per hour;10 per minute"
    # The same for an admin.
    RATELIMIT_ADMIN = "100 per minute"
    # Beside those: for logging in, by address and by name; for creating; for reads taken together.
    RATELIMIT_LOGIN = "5 per minute"
    RATELIMIT_CREATE = "5 per minute"
    RATELIMIT_SEARCH = "30 per minute"
    RATELIMIT_HEADERS_ENABLED = True
    # When the storage is gone, each process counts for itself until it is back.
    RATELIMIT_IN_MEMORY_FALLBACK_ENABLED = True
    # Whoever waits for the storage in that moment is let through, uncounted: Flask-Limiter falls
    # back for the one request that finds out first, and would answer 500 to the others.
    RATELIMIT_SWALLOW_ERRORS = True
    RATELIMIT_STORAGE_OPTIONS: ClassVar = {"socket_connect_timeout": 1, "socket_timeout": 1}

    # So long an answer is kept, in seconds. It ends earlier with what it was made from.
    CACHE_DEFAULT_TIMEOUT = 300
    CACHE_KEY_PREFIX = "task-api:"
    # Not pickle, the default: whoever can write to the Redis could run code in here.
    CACHE_SERIALIZER = JsonSerializer

    def __init__(self) -> None:
        for name in LIMITS:
            setattr(self, name, limit(name, getattr(self, name)))
        # A minute is any sixty seconds. With `fixed-window`, which is cheaper, a burst across the
        # end of a window is twice as large.
        self.RATELIMIT_STRATEGY = os.environ.get("RATELIMIT_STRATEGY") or "moving-window"
        redis = os.environ.get("REDIS_URL")
        self.RATELIMIT_STORAGE_URI = redis or "memory://"
        # TODO cache-storage: the same Redis, if it is set, and the same patience
        self.CACHE_TYPE = "SimpleCache"


class DevelopmentConfig(Config):
    """On a developer's machine; works without any setting."""

    SAMPLE_DATA = True

    def __init__(self) -> None:
        super().__init__()
        # A fixed key: with a random one, no process could read what another one has signed.
        self.SECRET_KEY = os.environ.get("SECRET_KEY", KNOWN_TO_ALL["SECRET_KEY"])
        self.JWT_SECRET_KEY = os.environ.get("JWT_SECRET_KEY", KNOWN_TO_ALL["JWT_SECRET_KEY"])
        # A relative path is relative to the instance folder, which Flask-SQLAlchemy makes.
        self.SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL", "sqlite:///tasks.db")


class TestingConfig(Config):
    """In tests, which never work on the database that a developer uses."""

    TESTING = True

    def __init__(self) -> None:
        super().__init__()
        self.SECRET_KEY = "for tests only"  # noqa: S105  # signs nothing outside of a test
        self.JWT_SECRET_KEY = "for tests only, which know it themselves"  # noqa: S105  # as above
        self.SQLALCHEMY_DATABASE_URI = os.environ.get("TEST_DATABASE_URL", "sqlite://")


class ProductionConfig(Config):
    """In production, where nothing that has to be chosen has a default."""

    JSON_LOGS = True

    # A connection that the database has closed in the meantime is noticed, and made anew.
    SQLALCHEMY_ENGINE_OPTIONS: ClassVar = {"pool_pre_ping": True}

    # One user is one program here, and many clicks.
    RATELIMIT_DEFAULT = "1000 per hour;60 per minute"

    def __init__(self) -> None:
        super().__init__()
        if get_debug_flag():
            raise RuntimeError("FLASK_DEBUG is set: its debugger runs whatever its finder types")
        self.SECRET_KEY = secret("SECRET_KEY")
        self.JWT_SECRET_KEY = secret("JWT_SECRET_KEY")
        self.SQLALCHEMY_DATABASE_URI = database_address("DATABASE_URL")
        self.PROXIES = int(os.environ.get("PROXIES", "1"))


def limit(name: str, default: str) -> str:
    """Return a limit from the environment, such as `100 per hour;10 per minute`.

    Raises:
        RuntimeError: when it is none. Flask-Limiter would tell at the first request only.

    """
    value = os.environ.get(name) or default
    try:
        parse_many(value)
    except ValueError as error:
        message = f"{name} is no limit: write it like '10 per minute', and part several by ;"
        raise RuntimeError(message) from error
    return value


def secret(name: str) -> str:
    """Return a key from the environment.

    HMAC with SHA-256 asks for as many bits as it makes (RFC 7518, section 3.2): 32 bytes.

    Raises:
        RuntimeError: when it is not set, too short, or one of development.

    """
    value = required(name)
    if value in KNOWN_TO_ALL.values():
        raise RuntimeError(f"{name} is the one of development, which everybody can read")
    if len(value.encode()) < 32:
        how = "python -c 'import secrets; print(secrets.token_hex())' makes one"
        raise RuntimeError(f"{name} is shorter than 32 bytes; {how}")
    return value


def database_address(name: str) -> str:
    """Return the address of a database from the environment.

    Raises:
        RuntimeError: when it is not set, or names a SQLite file that depends on where we start.

    """
    value = required(name)
    url = make_url(value)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_absolute():
        raise RuntimeError(f"{name} is no full path: begin it with sqlite:////, four strokes")
    return value


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
