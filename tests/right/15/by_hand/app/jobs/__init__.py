"""Jobs: work that is done after the answer, and what has become of it."""

from app.jobs.routes import jobs

__all__ = ["jobs"]
