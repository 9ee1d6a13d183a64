"""Gives every suite the fixtures of the engine, so that plain `pytest stages/NN_slug` works too."""

from workshop.suite.fixtures import (
    _configure_application,
    _monkeypatch_response_class,
    _push_request_context,
    app,
    cli,
    effort,
    gunicorn,
    launcher,
    log,
    new_client,
    new_database,
    program,
    race,
    recorder,
    scratch,
    second_app,
    serve,
    sql,
)
from workshop.suite.hooks import (
    pytest_collection_modifyitems,
    pytest_runtest_makereport,
)

__all__ = [
    "_configure_application",
    "_monkeypatch_response_class",
    "_push_request_context",
    "app",
    "cli",
    "effort",
    "gunicorn",
    "launcher",
    "log",
    "new_client",
    "new_database",
    "program",
    "pytest_collection_modifyitems",
    "pytest_runtest_makereport",
    "race",
    "recorder",
    "scratch",
    "second_app",
    "serve",
    "sql",
]
