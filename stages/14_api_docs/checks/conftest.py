"""What the checks of this stage share: the document, and the requests that it describes."""

import os
import shutil

import pytest

from workshop.suite import expect
from workshop.suite.callers import Caller
from workshop.suite.documents import Document

KEY = "for these checks alone, and signs nothing real"
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")
# What an app could find on the machine of a student, and not of the next one.
SETTINGS = ("RATELIMIT_", "CACHE_", "REDIS_URL", "PROXIES", "CELERY_", "SMTP_", "MAIL_", "JOB_")


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
def document(client, recorder):
    """Return the document as the app serves it."""
    before = len(recorder.exchanges)
    response = client.get("/openapi.json")
    expect(response).status(200, "here programs read what the API can do")
    document = Document(expect(response).json())
    del recorder.exchanges[before:]  # it is long, and the test is about what is in it
    return document


@pytest.fixture
def described(document):
    """Return a function that returns the operation of a name such as `GET /api/tasks/{}`."""

    def described(name):
        method, path = name.split()
        operation = document.operation(method, path)
        names = ", ".join(map(str, document.operations())) or "none at all"
        assert operation, f"the document does not describe {name}. It describes: {names}"
        return operation

    return described


@pytest.fixture
def conforms(document, described):
    """Return a function that expects of an answer that the document describes it, body and all."""

    def conforms(name, response):
        operation, status = described(name), response.status_code
        named = ", ".join(operation.statuses()) or "none"
        is_named = operation.answer(status) is not None
        assert is_named, f"{operation} was answered {status}; the document names: {named}"
        if not response.get_data():
            return
        schema = operation.schema(status)
        is_there = bool(schema)
        assert is_there, f"the document does not say what comes with {status} of {operation}"
        breaks = document.breaks(expect(response).json(), schema)
        assert not breaks, f"{status} of {operation} is not as the document says: {breaks[0]}"
        unnamed = document.undeclared(response.get_json(), schema)
        assert not unnamed, f"{status} of {operation} has fields that no one has named: {unnamed}"

    return conforms


@pytest.fixture
def refresher(client, recorder):
    """Return a caller who sends the refresh token of `user`."""
    before = len(recorder.exchanges)
    response = client.post("/auth/login", json={"username": "user", "password": "password"})
    token = response.get_json()["refresh_token"]
    del recorder.exchanges[before:]
    return Caller(client, {"Authorization": f"Bearer {token}"})


@pytest.fixture
def conflict(client, new_client, as_, at_write, recorder):
    """Return a function that returns the 409 of a change, while which there was another one."""

    def conflict(method):
        one, two = as_(client, "admin"), as_(new_client(), "admin")
        body = {"title": "One", "status": "pending"}
        options = {} if method == "delete" else {"json": body}
        answers = at_write(
            lambda: getattr(one, method)("/api/tasks/3", **options),
            lambda: two.patch("/api/tasks/3", json={"title": "Two"}),
        )
        refused = [answer for answer in answers if answer.status_code == 409]
        statuses = [answer.status_code for answer in answers]
        is_one = len(refused) == 1
        assert is_one, f"two changes at once were answered {statuses}, and one is a conflict (409)"
        recorder.exchanges.remove(refused[0].exchange)
        recorder.exchanges.append(refused[0].exchange)  # it is what the test is about
        return refused[0]

    return conflict


@pytest.fixture
def send(user, admin, refresher):
    """Return a function that sends an operation by its name, as somebody who may.

    It takes what fills the path in, 3 by default, and what the client takes beside the path.
    """
    callers = {"POST /auth/refresh": refresher, "DELETE /api/tasks/{}": admin}

    def send(name, filled=3, **options):
        method, path = name.split()
        caller = callers.get(name, user)
        return getattr(caller, method.lower())(path.replace("{}", str(filled)), **options)

    return send
