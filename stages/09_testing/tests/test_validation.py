"""What is refused: nothing that a client sends is taken on trust, and nothing of it is stored."""

from typing import Any

import pytest
from app.models import User
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


# TODO test-validation: each bad field is 422, is named, and nothing is stored


# TODO test-validation: a title may have 150 characters, and blanks around it are cut off


# TODO test-validation: all faults of a body are reported at once


# TODO test-validation: a PUT without a status, or a PATCH with nothing, is refused


# TODO test-validation: what is no JSON, or no object, is refused before its fields are
