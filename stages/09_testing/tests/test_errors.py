"""What all answers have in common: the shape of an error, and the id of a request."""

import pytest
from app import create_app
from factories import Header
from flask.testing import FlaskClient

TASKS = "/api/tasks"


# TODO test-errors: an address that there is not, and a wrong method, are told in JSON


# TODO test-errors: a bug of ours is 500, without a word of what went wrong


# TODO test-errors: the id of a request comes back, unless it could do harm
