"""The task API, checked by hand: no schema library at all."""

import os
import re
import secrets

from flask import Flask, g, jsonify, request

from app.database import db, init_db_command
from app.problems import Problem, answer_bug, answer_http, answer_problem
from app.views import TaskItem, TaskList

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
    return app


def settings(name):
    if name == "testing":
        return {"TESTING": True, "SECRET_KEY": "test", "SQLALCHEMY_DATABASE_URI": "sqlite://"}
    defaults = {"SECRET_KEY": "dev", "DATABASE_URL": "sqlite:///tasks.db"}
    if name == "production":
        defaults = {}
    found = {key: os.getenv(key) or defaults.get(key) for key in ("SECRET_KEY", "DATABASE_URL")}
    if missing := [key for key, value in found.items() if not value]:
        raise RuntimeError(f"production needs {' and '.join(missing)}")
    return {
        "SECRET_KEY": found["SECRET_KEY"],
        "SQLALCHEMY_DATABASE_URI": found["DATABASE_URL"],
    }


def note_request_id():
    sent = request.headers.get("X-Request-ID", "")
    g.request_id = sent if re.fullmatch(r"[!-~]{1,128}", sent) else secrets.token_hex(8)


def send_request_id(response):
    response.headers["X-Request-ID"] = g.request_id
    return response
