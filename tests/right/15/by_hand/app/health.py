"""Whether this process answers, and whether it can work: what those ask who send it requests."""

from flask import Blueprint, Response, jsonify
from flask_marshmallow import Schema
from marshmallow import fields, validate
from sqlalchemy.exc import SQLAlchemyError

from app.documentation.descriptions import described
from app.errors import ApiError
from app.extensions import db
from app.limits import limiter

health = Blueprint("health", __name__)


class AliveOutput(Schema):
    """That a process answers."""

    status = fields.String(required=True, validate=validate.Equal("ok"), metadata={"example": "ok"})


class ReadyOutput(AliveOutput):
    """That a process can work, and what it has asked to know that."""

    parts = fields.List(fields.String(), required=True, metadata={"example": ["database"]})


limiter.exempt(health)


@health.get("/health")
@described({200: AliveOutput()}, token=(), limited=False)
def show_health() -> dict[str, str]:
    """Say that the process is alive; no envelope, as no client of the API reads it."""
    return {"status": "ok"}


@health.get("/healthz")
@described({200: AliveOutput()}, token=(), limited=False)
def show_alive() -> dict[str, str]:
    """Say that the process is alive, whatever else is down: to restart it would mend nothing."""
    return show_health()


@health.get("/readiness")
@described({200: ReadyOutput()}, errors=(503,), token=(), limited=False)
def show_ready() -> Response:
    """Say whether this process can do its work, so that it is sent requests only then."""
    down = {name: ["It does not answer"] for name, answers in PARTS.items() if not answers()}
    if down:
        names = ", ".join(down)
        raise ApiError("NOT_READY", f"Not ready, this is down: {names}", 503, down)
    return jsonify(status="ok", parts=list(PARTS))


def database_answers() -> bool:
    """Tell whether the database answers the smallest question."""
    try:
        db.session.execute(db.text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


# Each part that this process cannot work without, and how to ask it.
PARTS = {"database": database_answers}
