"""What the checks of this stage share: people, and the requests by which they attack each other."""

import os
import shutil

import pytest

from workshop.suite import expect
from workshop.suite.callers import Caller
from workshop.suite.documents import Document

KEY = "for these checks alone, and signs nothing real"
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "LOCKOUT", "CREATE", "SEARCH")
# What an app could find on the machine of a student, and not of the next one.
SETTINGS = (
    "RATELIMIT_",
    "CACHE_",
    "CORS_",
    "REDIS_URL",
    "PROXIES",
    "CELERY_",
    "SMTP_",
    "MAIL_",
    "JOB_",
    "MAX_",
)


@pytest.fixture
def launcher(launcher, scratch):
    """Return what starts the app: no test meets a limit, messages and mail are in empty folders."""
    for name in [name for name in os.environ if name.startswith(SETTINGS)]:
        del os.environ[name]
    for folder in ("queue", "mail"):
        shutil.rmtree(scratch / folder, ignore_errors=True)
        (scratch / folder).mkdir()
    os.environ |= {f"RATELIMIT_{name}": "100000 per minute" for name in LIMITS}
    os.environ |= {
        "JWT_SECRET_KEY": KEY,
        "CELERY_BROKER_URL": f"filesystem://{(scratch / 'queue').as_posix()}",
        "MAIL_FOLDER": str(scratch / "mail"),
    }
    return launcher


@pytest.fixture
def join(recorder):
    """Return a function that registers somebody, logs them in, and returns them as a caller."""

    def join(client, username="grace"):
        before = len(recorder.exchanges)
        body = {"username": username, "email": f"{username}@example.com", "password": "password"}
        expect(client.post("/auth/register", json=body)).status(201)
        answer = client.post("/auth/login", json={"username": username, "password": "password"})
        expect(answer).status(200)
        del recorder.exchanges[before:]
        return Caller(client, {"Authorization": f"Bearer {answer.get_json()['access_token']}"})

    return join


@pytest.fixture
def stranger(client, join):
    """Return a caller to whom none of the sample belongs."""
    return join(client)


@pytest.fixture
def tokens_of(recorder):
    """Return a function that logs somebody in, and returns the answer with both tokens."""

    def tokens_of(client, username="user"):
        before = len(recorder.exchanges)
        body = {"username": username, "password": "password"}
        answer = expect(client.post("/auth/login", json=body)).status(200).json()
        del recorder.exchanges[before:]
        return answer

    return tokens_of


@pytest.fixture
def bearer():
    """Return a function that returns the header with a token."""
    return lambda token: {"Authorization": f"Bearer {token}"}


@pytest.fixture
def id_of(recorder):
    """Return a function that returns the id of a caller."""

    def id_of(caller):
        before = len(recorder.exchanges)
        found = expect(caller.get("/auth/me")).status(200).json()["data"]["id"]
        del recorder.exchanges[before:]
        return found

    return id_of


@pytest.fixture
def titles(recorder):
    """Return a function that returns the titles of all tasks that a caller is shown."""

    def titles(caller, **query):
        answer = caller.get("/api/tasks", query_string={"per_page": 100} | query)
        expect(answer).status(200)
        return sorted(task["title"] for task in answer.get_json()["data"])

    return titles


@pytest.fixture
def document(client, recorder):
    """Return the document as the app serves it."""
    before = len(recorder.exchanges)
    document = Document(expect(client.get("/openapi.json")).status(200).json())
    del recorder.exchanges[before:]
    return document


@pytest.fixture
def conforms(document):
    """Return a function that expects of an answer that the document describes it, body and all."""

    def conforms(method, path, response):
        operation, status = document.operation(method, path), response.status_code
        assert operation, f"the document does not describe {method} {path}"
        named = ", ".join(operation.statuses())
        is_named = operation.answer(status) is not None
        assert is_named, f"{operation} was answered {status}; the document names: {named}"
        if response.get_data():
            breaks = document.breaks(response.get_json(), operation.schema(status))
            assert not breaks, f"{status} of {operation} is not as the document says: {breaks[0]}"

    return conforms
