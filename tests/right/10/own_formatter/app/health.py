"""Three questions of those who watch."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db

health = Blueprint("health", __name__)


@health.get("/health")
@health.get("/healthz")
def alive() -> dict[str, str]:
    return {"status": "ok"}


@health.get("/readiness")
def ready() -> tuple[Response, int]:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError:
        error = {
            "code": "SERVICE_UNAVAILABLE",
            "message": "Try again in a moment",
            "details": {"database": ["no answer"]},
        }
        return jsonify(status="error", error=error), 503
    return jsonify(status="success", data={"database": True}), 200
