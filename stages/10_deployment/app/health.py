"""Whether this process answers, and whether it can work: what those ask who send it requests."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from app.errors import ApiError
from app.extensions import db

health = Blueprint("health", __name__)


@health.get("/health")
def show_health() -> dict[str, str]:
    """Say that the process is alive; no envelope, as no client of the API reads it."""
    return {"status": "ok"}


# TODO readiness: GET /healthz says alive; GET /readiness 200, or 503 with what is down
