"""Passwords, of which only hashes are kept."""

import secrets
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash


def hash_password(password: str) -> str:
    """Return what to store of a password: slow to compute, and different each time."""
    return generate_password_hash(password, method="scrypt")


def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right; False where there is no hash, after the same time.

    A quick no for an unknown user would tell, by the clock, which users there are.
    """
    return check_password_hash(password_hash or _hash_of_nobody(), password) and bool(password_hash)


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_hex())
