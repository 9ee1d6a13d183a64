"""Who somebody is, and what they may do."""

from app.auth.routes import auth

__all__ = ["auth"]
