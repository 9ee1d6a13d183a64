"""The administration of users."""

from app.users.routes import users

__all__ = ["users"]
