"""Journeys: several requests that only make sense together, as a client would send them."""

import pytest
from app.models import User
from factories import PASSWORD, Header
from flask.testing import FlaskClient


# TODO test-accounts: from registering to logging out, in one journey


# TODO test-tasks: a task on its way from the first idea to the waste-paper basket
