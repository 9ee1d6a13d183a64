"""Tasks: what a client may do with them, and the rules behind it."""

from app.tasks.routes import tasks

__all__ = ["tasks"]
