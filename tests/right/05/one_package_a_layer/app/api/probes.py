"""Liveness."""

from flask import Blueprint

bp = Blueprint("probes", __name__)
bp.add_url_rule("/health", "alive", lambda: {"status": "ok"})
