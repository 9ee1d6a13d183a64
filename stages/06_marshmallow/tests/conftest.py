"""What the tests of this stage share: short ways to ask, and what is the same in every answer."""

import os
import re
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from workshop.suite import expect

FIELDS = ("id", "title", "description", "status", "tags", "created_at", "updated_at")
ENVELOPE = "every error has the envelope of stage 3, whoever raises it"


@pytest.fixture
def error_in():
    """Return a function that takes the error out of an answer."""
    return _error_in


def _error_in(response, status, why):
    expect(response).status(status, why)
    expect(response).contains({"status": "error", "error": {"details": {}}}, ENVELOPE)
    error = response.get_json()["error"]
    for key in ("code", "message"):
        is_text = isinstance(error.get(key), str) and error[key] != ""
        assert is_text, f"{ENVELOPE}: `{key}` is a text, and not empty"
    return error


@pytest.fixture
def faults_in():
    """Return a function that takes the faults out of a 422: a list of messages by field."""
    return _faults_in


def _faults_in(response, *fields, why="what is wrong with a field is told under its name"):
    error = _error_in(
        response, 422, "it can be read, and what it says cannot be done (RFC 9110, 15.5.21)"
    )
    expect(response).contains(
        {"error": {"code": "VALIDATION_FAILED"}}, "programs tell by the code what happened"
    )
    details = error["details"]
    missing = [field for field in fields if field not in details]
    assert not missing, (
        f"`details` says nothing about {' and '.join(map(repr, missing))}"
        f"{f', only about {sorted(details)}' if details else ''}: {why}"
    )
    for field, messages in details.items():
        is_list_of_texts = (
            isinstance(messages, list)
            and messages
            and all(isinstance(message, str) and message for message in messages)
        )
        assert is_list_of_texts, (
            f"`details.{field}` is {messages!r}: each field has a list of messages, which are "
            "texts. A schema nests them deeper for members of a list; flatten these where the "
            "`ValidationError` is answered"
        )
    return details


@pytest.fixture
def task_in():
    """Return a function that takes the task out of a successful answer."""
    return _task_in


def _task_in(response, status=200, why="the request is right, so it succeeds"):
    data = _data_in(response, status, why)
    assert isinstance(data, dict), "`data` is the task itself, as one object"
    return data


@pytest.fixture
def tasks_in():
    """Return a function that takes the tasks out of the answer to a request for a list."""
    return _tasks_in


def _tasks_in(response, why="a list is answered with 200, also where it is empty"):
    data = _data_in(response, 200, why)
    assert isinstance(data, list), "`data` is the list of tasks"
    assert all(isinstance(task, dict) for task in data), "each task in the list is an object"
    return data


def _data_in(response, status, why):
    expect(response).status(status, why)
    expect(response).contains({"status": "success"}, "a success has the envelope of stage 3")
    return response.get_json().get("data")


@pytest.fixture
def create(client):
    """Return a function that creates a task and returns it as the app answered."""

    def create(**fields):
        why = "a right request for a new task is answered 201 Created"
        task = _task_in(client.post("/api/tasks", json=fields), 201, why)
        assert isinstance(task.get("id"), int), "a new task has an id, made by the database"
        return task

    return create


@pytest.fixture
def titles(client):
    """Return a function that asks for a list and returns the titles in it."""

    def titles(query, why="the request is right, so it succeeds"):
        return [task.get("title") for task in _tasks_in(client.get(f"/api/tasks{query}"), why)]

    return titles


@pytest.fixture
def moment():
    """Return a function that reads a time of a task, and fails unless it is in UTC and says so."""

    def moment(task, field):
        text = task.get(field)
        assert isinstance(text, str), f"`{field}` is a text, such as 2030-05-17T09:30:00+00:00"
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        is_time = time is not None
        is_iso = is_time and "T" in text
        assert is_iso, f"`{field}` is in ISO 8601, and it is {text!r}"
        has_offset = time.tzinfo is not None
        assert has_offset, f"`{field}` is {text!r}, without an offset: each client takes its own"
        assert time.utcoffset() == timedelta(0), f"`{field}` is in UTC, whatever the server's zone"
        return time

    return moment


@pytest.fixture
def after_a_tick():
    """Return a function that waits until the clock of the app has moved on since a time."""

    def after_a_tick(moment):
        time.sleep(0.02 if moment.microsecond else 1.01)

    return after_a_tick


@pytest.fixture
def make_equally_old(launcher):
    """Return a function that lets all tasks have been created in the same moment."""

    def make_equally_old():
        path = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
        with closing(sqlite3.connect(path)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                columns = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
                if {"title", "created_at"} <= columns:
                    first = f'(SELECT min(created_at) FROM "{table}")'  # noqa: S608  # no stranger
                    connection.execute(f'UPDATE "{table}" SET created_at = {first}')  # noqa: S608
            connection.commit()

    return make_equally_old


@pytest.fixture
def links_in():
    """Return a function that returns the `links` of a page, as the queries that they ask.

    Their form is free: they can be relative, and name the parameters in any order.
    """

    def links_in(response):
        expect(response).contains(
            {"links": {}}, "a page says where the others are, so that no client builds addresses"
        )
        links = response.get_json()["links"]
        return {relation: _query_of(link, response) for relation, link in links.items() if link}

    return links_in


@pytest.fixture
def link_header():
    """Return a function that returns what the `Link` header of a page says, as queries."""

    def link_header(response):
        value = expect(response).header(
            "Link", why="programs that know nothing of the body find the pages here (RFC 8288)"
        )
        links = {}
        for target, parameters in _parsed(value):
            for relation in parameters.get("rel", "").lower().split():
                links[relation] = _query_of(target, response)
        return links

    return link_header


def _query_of(link, response):
    """Return the query of a link to the list, as a dictionary."""
    is_text = isinstance(link, str)
    assert is_text, f"a link is a text, and this one is {link!r}"
    here = response.request.url
    there = urlsplit(urljoin(here, link))
    same_list = there.path.rstrip("/") == urlsplit(here).path.rstrip("/")
    assert same_list, f"the link {link!r} leads to {there.path}, which is not the list"
    same_host = there.netloc == urlsplit(here).netloc
    assert same_host, f"the link {link!r} leads to another server, {there.netloc}"
    return dict(parse_qsl(there.query, keep_blank_values=True))


_LINK = re.compile(
    r"\s*<([^>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s,;\"]+))?)*)\s*"
)
_PARAMETER = re.compile(r";\s*([\w!#$&+.^`|~*-]+)\s*(?:=\s*(?:\"([^\"]*)\"|([^\s,;\"]+)))?")


def _parsed(value):
    """Return the links of a `Link` header with their parameters (RFC 8288, section 3)."""
    links, at = [], 0
    while True:
        found = _LINK.match(value, at)
        assert found, _malformed(value, at)
        names = _PARAMETER.findall(found[2])
        links.append((found[1], {name.lower(): quoted or bare for name, quoted, bare in names}))
        at = found.end()
        if at == len(value):
            return links
        assert value[at] == ",", _malformed(value, at)
        at += 1


def _malformed(value, at):
    """Say where a `Link` header stops being one."""
    return (
        f"the Link header is not as RFC 8288 has it from character {at + 1} on, which is here: "
        f'{value[at : at + 60]}… A link is <address>; rel="next", and a comma parts two of them. '
        "What a client wrote into the query has to be percent-encoded again, or it ends the address"
    )
