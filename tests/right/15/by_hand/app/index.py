"""Where everything is: the one address that a client has to know."""

from typing import ClassVar

from flask import Blueprint, Response, url_for
from flask_marshmallow import Schema
from marshmallow import fields

from app.documentation import TITLE, VERSION
from app.documentation.descriptions import described
from app.documentation.shapes import one
from app.fields import Link
from app.responses import success

index = Blueprint("index", __name__)

# The links: their endpoints, and the paths of these in examples. The names with a dash, and
# `status`, are registered (RFC 8631): a program knows them that knows nothing of tasks.
LINKS = {
    "self": ("index.show_index", "/api/"),
    "service-desc": ("flasgger.openapi", "/openapi.json"),
    "service-doc": ("flasgger.apidocs", "/apidocs/"),
    "status": ("health.show_ready", "/readiness"),
    "register": ("auth.register", "/auth/register"),
    "login": ("auth.login", "/auth/login"),
    "refresh": ("auth.refresh", "/auth/refresh"),
    "logout": ("auth.logout", "/auth/logout"),
    "me": ("auth.show_me", "/auth/me"),
    "tasks": ("tasks.list_tasks", "/api/tasks"),
    "stats": ("tasks.show_stats", "/api/tasks/stats"),
    "users": ("users.index", "/api/users"),
}


class IndexOutput(Schema):
    """What API this is."""

    name = fields.String(required=True, metadata={"example": TITLE})
    version = fields.String(required=True, metadata={"example": VERSION})


class IndexLinksOutput(Schema):
    """Where everything is."""

    class Meta:
        include: ClassVar = {name: Link(path) for name, (_, path) in LINKS.items()}


@index.get("/api/")
@described({200: one(IndexOutput(), links=IndexLinksOutput())}, token=())
def show_index() -> Response:
    """Say what this is, and where everything else is."""
    links = {name: url_for(endpoint, _external=True) for name, (endpoint, _) in LINKS.items()}
    return success({"name": TITLE, "version": VERSION}, links=links)
