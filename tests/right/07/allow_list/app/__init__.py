"""The task API without a library for schemas or tokens: what was given out is on a list."""

import os
import re
import secrets

from flask import Flask, g, jsonify, request

from app.database import db, init_db_command
from app.people import ROUTES
from app.problems import Problem, answer_bug, answer_http, answer_problem
from app.views import TaskItem, TaskList

KEYS = ("SECRET_KEY", "JWT_SECRET_KEY")
CHOICES = ("development", "testing", "production")


def create_app(config_name=None):
    name = config_name or os.getenv("FLASK_CONFIG") or "development"
    if name not in CHOICES:
        raise ValueError(f"{name!r} is no configuration; there are {', '.join(CHOICES)}")
    app = Flask(__name__)
    app.config.update(settings(name))
    db.init_app(app)
    app.cli.add_command(init_db_command)
    app.before_request(note_request_id)
    app.after_request(send_request_id)
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(500, answer_bug)
    app.register_error_handler(Exception, answer_http)
    app.add_url_rule("/health", view_func=lambda: jsonify(status="ok"), endpoint="health")
    tasks, task = TaskList.as_view("tasks"), TaskItem.as_view("task")
    app.add_url_rule("/api/tasks", view_func=tasks, strict_slashes=False)
    app.add_url_rule("/api/tasks/", view_func=tasks, strict_slashes=False)
    app.add_url_rule("/api/tasks/<int:number>", view_func=task)
    for name, view in ROUTES.items():
        app.add_url_rule(f"/auth/{name}", view_func=view.as_view(name))
    return app


def settings(name):
    if name == "testing":
        fixed = dict.fromkeys(KEYS, "for tests alone, and signs nothing real")
        return fixed | {"TESTING": True, "SAMPLE": True, "SQLALCHEMY_DATABASE_URI": "sqlite://"}
    defaults = dict.fromkeys(KEYS, "while it is being developed, and no longer")
    defaults["DATABASE_URL"] = "sqlite:///tasks.db"
    if name == "production":
        defaults = {}
    found = {key: os.getenv(key) or defaults.get(key) for key in (*KEYS, "DATABASE_URL")}
    if missing := [key for key, value in found.items() if not value]:
        raise RuntimeError(f"production needs {' and '.join(missing)}")
    return {
        **{key: found[key] for key in KEYS},
        "SAMPLE": name == "development",
        "SQLALCHEMY_DATABASE_URI": found["DATABASE_URL"],
    }


def note_request_id():
    sent = request.headers.get("X-Request-ID", "")
    g.request_id = sent if re.fullmatch(r"[!-~]{1,128}", sent) else secrets.token_hex(8)


def send_request_id(response):
    response.headers["X-Request-ID"] = g.request_id
    return response
