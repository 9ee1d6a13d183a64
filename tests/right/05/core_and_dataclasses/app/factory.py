"""The factory: settings first, then a database, then what speaks HTTP."""

from flask import Flask

from app import tables, web
from app.settings import Settings
from app.todo import api


def create_app(config_name: str | None = None) -> Flask:
    """Make an app."""
    settings = Settings.load(config_name)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        TESTING=settings.testing,
    )
    tables.connect(app)
    web.dress(app)
    app.register_blueprint(api)
    app.add_url_rule("/health", view_func=lambda: ({"status": "ok"}, 200))
    return app
