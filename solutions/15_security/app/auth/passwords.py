"""Passwords, of which only hashes are kept."""

import secrets
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash


def hash_password(password: str) -> str:
    """Return what to store of a password: slow to compute, and different each time."""
    # BEGIN SOLUTION register-user: hash the password with scrypt, which Werkzeug knows
    # STARTER: return "!"  # fits no password
    return generate_password_hash(password, method="scrypt")
    # END SOLUTION


def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right; False where there is no hash, after the same time.

    A quick no for an unknown user would tell, by the clock, which users there are.
    """
    # BEGIN SOLUTION login-user: check the password, against some hash where there is none
    # STARTER: return False
    return check_password_hash(password_hash or _hash_of_nobody(), password) and bool(password_hash)
    # END SOLUTION


# BEGIN SOLUTION login-user: return a hash of a password that nobody knows, made once
@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_hex())


# END SOLUTION
