"""A JSON Web Token's parts, read and written by hand: no library checks anything here."""

import base64
import hashlib
import hmac
import json
from typing import Any


def decoded(part: str) -> Any:
    """Return the JSON of a token's header or payload. Neither takes a key (RFC 7519, section 3).

    Raises:
        ValueError: when the part is not JSON in base64url.

    """
    padding = "=" * (-len(part) % 4)  # a token leaves it out, and Python wants it
    return json.loads(base64.urlsafe_b64decode(part + padding))


def encoded(content: Any) -> str:
    """Return JSON as a part of a token: base64url without padding (RFC 7515, section 2)."""
    return _base64url(json.dumps(content).encode())


def signed(text: str, key: str) -> str:
    """Return `header.payload` with the signature that HS256 gives it (RFC 7518, section 3.2)."""
    signature = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
