"""The application, put together from its parts."""

from pathlib import Path

from flask import Flask

from app import (
    audit,
    browsers,
    caching,
    commands,
    config,
    errors,
    limits,
    logs,
    proxies,
    queue,
    request_ids,
)
from app.auth import auth, tokens
from app.documentation import pages
from app.extensions import db, jwt, ma, migrate
from app.health import health
from app.index import index
from app.jobs import jobs
from app.tasks import tasks
from app.users import users

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def create_app(config_name: str | None = None) -> Flask:
    """Make an application; two of them share nothing but the counts of requests.

    Args:
        config_name: `development`, `testing` or `production`; `FLASK_CONFIG` says it when not
            given, else it is `development`.

    Raises:
        ValueError: when there is no configuration of that name.
        RuntimeError: when production lacks a variable of the environment.

    """
    app = Flask(__name__)
    # /api/tasks and /api/tasks/ are one resource; a redirect between them loses the body of a POST
    # in many clients. Rules take this setting when they are made, so it stands before the first.
    app.url_map.strict_slashes = False
    app.config.from_object(config.named(config_name))
    db.init_app(app)
    # Wherever `flask db` is typed, it finds the revisions of this application.
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    ma.init_app(app)
    jwt.init_app(app)
    tokens.init_app(app)
    request_ids.init_app(app)
    logs.init_app(app)
    audit.init_app(app)
    proxies.init_app(app)
    browsers.init_app(app)
    limits.init_app(app)
    caching.init_app(app)
    queue.init_app(app)
    errors.init_app(app)
    commands.init_app(app)
    pages.init_app(app)
    app.register_blueprint(index)
    app.register_blueprint(health)
    app.register_blueprint(auth)
    app.register_blueprint(tasks)
    app.register_blueprint(jobs)
    app.register_blueprint(users)
    return app
