"""Gives every suite the fixtures of the engine, so that plain `pytest stages/NN_slug` works too."""

from workshop.suite.fixtures import (
    _configure_application,
    _monkeypatch_response_class,
    _push_request_context,
    app,
    launcher,
    new_client,
    program,
    race,
    recorder,
    scratch,
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
    "launcher",
    "new_client",
    "program",
    "pytest_collection_modifyitems",
    "pytest_runtest_makereport",
    "race",
    "recorder",
    "scratch",
    "serve",
    "sql",
]
