"""What the checks of a student's tests stand on: a bench, on which they are run again and again."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import pytest

from workshop.course import load
from workshop.suite.fixtures import app_dir
from workshop.suite.trials import Bench, load_libraries

STAGE = load(Path(__file__).parents[1])


@functools.cache
def the_bench():
    """Return the bench, with the libraries loaded from which each run is forked.

    No fixture of the session: one of those ends where a second process joins the run, and the
    first run of the tests would be made anew in both.
    """
    load_libraries(STAGE)
    scratch = Path(tempfile.mkdtemp(prefix="workshop-")).resolve()
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return Bench(STAGE, app_dir(Path(__file__)), scratch)


@pytest.fixture
def bench():
    """Return the bench."""
    return the_bench()


@pytest.fixture
def note(request):
    """Return a function that puts words beside the verdict of a test."""
    return lambda text: request.node.user_properties.append(("note", text))
