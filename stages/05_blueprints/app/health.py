"""Whether this process answers at all: what a load balancer asks every few seconds."""

from flask import Blueprint

health = Blueprint("health", __name__)


# TODO health-check: answer GET /health with {"status": "ok"}
