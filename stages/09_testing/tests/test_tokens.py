"""Tokens: which ones open a door, and how the others are refused.

Nobody logs in here. A token is made in one line, by the library that the app reads it with, and so
it can be of any kind: expired an hour ago, without waiting for an hour.
"""

from datetime import timedelta

import pytest
from app.extensions import db
from app.models import User
from factories import Header, bearer
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TASKS = "/api/tasks"


def refusal(response: TestResponse) -> tuple[int, str | None]:
    """Return what a program reads of a refusal: the status and the code, if there is one."""
    return response.status_code, response.json.get("error", {}).get("code")


# TODO test-tokens: without a token nothing about tasks is told, by no method


# TODO test-tokens: a token that has expired is refused (made so, without waiting)


# TODO test-tokens: what is no token of ours is refused, and so is one of nobody


# TODO test-tokens: a refresh token, and no other, is good for a new access token


# TODO test-tokens: a refresh token opens no task


# TODO test-tokens: a token that was logged out stays out, and the others stay in


# TODO test-tokens: every 401 says how to authenticate
