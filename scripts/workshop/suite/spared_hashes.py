"""Spares suites the time that a hash of a password takes on purpose.

A suite registers users and logs them in by the dozen, at a tenth of a second each. Werkzeug's salts
get a mark here, and a hash with a marked salt is made with the least effort: it looks as always,
and fits the same password alone. All other salts are hashed in earnest, so that a hash from
elsewhere is what it was. The effort that was spared is counted: whether a program takes its time
stays to be seen, and no longer depends on what else the machine does.
"""

import hashlib
from typing import Any

from werkzeug import security

_MARK = "spared"
# On an ordinary machine. What costs less than the last is not worth sparing.
_SECONDS_A_SCRYPT_BLOCK = 4e-7
_SECONDS_A_PBKDF2_ROUND = 4e-7
_WORTH_SPARING = 0.02

_seconds = 0.0


def spare() -> None:
    """Have Werkzeug make hashes with little effort, in this process."""
    if hasattr(security, "workshop_spares") or not hasattr(security, "hashlib"):
        return
    gen_salt = security.gen_salt

    def marked(length: int) -> str:
        salt = gen_salt(length)
        return _MARK + salt[len(_MARK) :] if length > len(_MARK) else salt

    security.gen_salt = marked
    security.hashlib = _Sparing()
    security.workshop_spares = True  # type: ignore[attr-defined]


def seconds_spared() -> float:
    """Return how many seconds of hashing this process has been spared so far."""
    return _seconds


class _Sparing:
    """What `werkzeug.security` takes for `hashlib`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(hashlib, name)

    def scrypt(self, password: bytes, *, salt: bytes, n: int, r: int, p: int, **more: Any) -> bytes:
        spared = _spares(salt, n * r * p * _SECONDS_A_SCRYPT_BLOCK)
        # scrypt wants a power of two, and says so.
        low = 2 if spared and n & (n - 1) == 0 else n
        return hashlib.scrypt(password, salt=salt, n=low, r=r, p=p, **more)

    def pbkdf2_hmac(self, name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        spared = _spares(salt, iterations * _SECONDS_A_PBKDF2_ROUND)
        return hashlib.pbkdf2_hmac(name, password, salt, 1 if spared else iterations)


def _spares(salt: bytes, seconds: float) -> bool:
    global _seconds
    spared = salt.startswith(_MARK.encode()) and seconds > _WORTH_SPARING
    if spared:
        _seconds += seconds
    return spared
