"""Made of classes, with the views of a kind in a class, and rows without `to_json`."""

from flask import Flask


def create_app(kind=None):
    """Make an app; what it needs is imported only now."""
    from .api import failures, probes, todo
    from .core import ids, settings, store
    from .manage import database

    settings_of = settings.choose(kind)
    app = Flask("todo")
    app.config.update(settings_of)
    store.db.init_app(app)
    ids.RequestIds(app)
    failures.install(app)
    for blueprint in (probes.bp, todo.bp):
        app.register_blueprint(blueprint)
    app.cli.add_command(database)
    return app
