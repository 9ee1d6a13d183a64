"""Whether this process answers at all: what a load balancer asks every few seconds."""

from flask import Blueprint

health = Blueprint("health", __name__)


@health.get("/health")
def show_health() -> dict[str, str]:
    """Say that the process is alive; no envelope, as no client of the API reads it."""
    return {"status": "ok"}
