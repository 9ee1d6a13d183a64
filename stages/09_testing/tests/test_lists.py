"""The list of tasks: which ones, in which order, and how many at a time."""

from datetime import date

import pytest
from app.models import User
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


def day(number: int) -> date:
    """Return a day of a month that is far from today: no test here changes with the calendar."""
    return date(2030, 5, number)


def titles(client: FlaskClient, query: str, headers: Header) -> list[str]:
    """Return the titles of a list, in its order."""
    return [task["title"] for task in client.get(TASKS + query, headers=headers).json["data"]]


# TODO test-lists: each filter keeps what it promises, and nothing else


# TODO test-lists: the signs that SQL takes for wildcards are just signs in a search


# TODO test-lists: the newest task is first, and `sort` goes both ways


# TODO test-lists: every task is on exactly one page, and the links lead through them all


# TODO test-lists: a page past the end is empty, and knows the way back


# TODO test-lists: a query that cannot be answered is 422 and says which part of it


# TODO test-lists: `fields` leaves in what it names
