"""Roles: what an admin may do, and everybody else may not."""

from app.extensions import db
from app.models import User
from factories import Header, bearer, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


# TODO test-roles: who is no admin is refused a DELETE, even of an own task


# TODO test-roles: a DELETE that was refused has deleted nothing


# TODO test-roles: the role counts that the user has now, not the one at the login
