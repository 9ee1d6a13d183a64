"""What the checks of a student's tests stand on: a bench, on which they are run again and again."""

import importlib
from contextlib import suppress
from pathlib import Path

import pytest

from workshop.course import load
from workshop.processes import preload_for
from workshop.suite.fixtures import app_dir
from workshop.suite.trials import Bench

STAGE = load(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def bench(scratch):
    """Return the bench, with the libraries loaded from which each run is forked."""
    for name in preload_for([STAGE]):
        with suppress(ImportError):
            importlib.import_module(name)
    return Bench(STAGE, app_dir(Path(__file__)), scratch)


@pytest.fixture
def note(request):
    """Return a function that puts words beside the verdict of a test."""
    return lambda text: request.node.user_properties.append(("note", text))
