"""What the checks of a student's tests stand on: a bench, on which they are run again and again."""

from pathlib import Path

import pytest

from workshop.course import load
from workshop.suite.fixtures import app_dir
from workshop.suite.trials import Bench, load_libraries

STAGE = load(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def bench(scratch):
    """Return the bench, with the libraries loaded from which each run is forked."""
    load_libraries(STAGE)
    return Bench(STAGE, app_dir(Path(__file__)), scratch)


@pytest.fixture
def note(request):
    """Return a function that puts words beside the verdict of a test."""
    return lambda text: request.node.user_properties.append(("note", text))
