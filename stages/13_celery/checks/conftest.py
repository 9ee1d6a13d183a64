"""What the checks of this stage share: who asks, where messages go, and what comes of them."""

import os
import shutil
import time

import pytest

from workshop.suite import expect

KEY = "for these checks alone, and signs nothing real"
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")
# What an app could find on the machine of a student, and not of the next one.
SETTINGS = (
    "RATELIMIT_",
    "CACHE_",
    "REDIS_URL",
    "PROXIES",
    "CELERY_",
    "SMTP_",
    "MAIL_",
    "JOB_",
    "RESEND_",
)
ENDED = ("SUCCESS", "FAILURE")
# So long a worker may take to do a thing, in seconds, on a machine that is busy. Whoever has waited
# in vain waits less the next time: with the starter, nearly every test waits for nothing.
WORK, LEAST = 10, 1


@pytest.fixture
def launcher(launcher, scratch):
    """Return what starts the app: no test meets a limit, messages and mail are in empty folders."""
    for name in [name for name in os.environ if name.startswith(SETTINGS)]:
        del os.environ[name]
    for folder in ("queue", "mail"):
        shutil.rmtree(scratch / folder, ignore_errors=True)
        (scratch / folder).mkdir()
    # Two processes that make these files at the same time stumble over each other.
    control = scratch / "queue" / "control"
    control.mkdir()
    for name in ("celery", "celery.pidbox"):
        (control / f"{name}.exchange").write_text("[]")
    os.environ |= {f"RATELIMIT_{name}": "100000 per minute" for name in LIMITS}
    os.environ |= {
        "JWT_SECRET_KEY": KEY,
        "CELERY_BROKER_URL": f"filesystem://{(scratch / 'queue').as_posix()}",
        "MAIL_FOLDER": str(scratch / "mail"),
        # Nothing is to wait long, nor to come by itself where a test is about something else.
        "JOB_RETRY_SECONDS": "0.3",
        "HAND_OVER_SECONDS": "0.5",
        # A worker may read a message that is only half written, and a folder forgets it then.
        "RESEND_SECONDS": "4",
        "REMIND_SECONDS": "3600",
    }
    return launcher


@pytest.fixture
def create():
    """Return a function that creates a task as a caller, and returns it as the app answered."""

    def create(caller, **fields):
        response = caller.post("/api/tasks", json={"title": "Read the log"} | fields)
        expect(response).status(201)
        return response.get_json()["data"]

    return create


@pytest.fixture
def process():
    """Return a function that lets a task be processed, and returns where to ask for the job."""

    def process(caller, task_id=3):
        response = caller.post(f"/api/tasks/{task_id}/process")
        expect(response).status(202, "it will be done, and is not done yet")
        expect(response).contains({"status": "success"})
        data = response.get_json().get("data") or {}
        url = data.get("status_url")
        is_there = isinstance(url, str)
        assert is_there, f"`data` has no `status_url`, where one asks for the job: {data}"
        return url

    return process


@pytest.fixture(scope="session")
def in_vain():
    """Return a list with a member for each time that something has not come in this run."""
    return []


@pytest.fixture
def comes(in_vain):
    """Return a function that waits until a worker has done something, and tells whether it has.

    It takes `seconds`, where the work itself takes so long.
    """

    def comes(is_done, worker, seconds=0):
        done = worker.until(is_done, seconds + max(WORK / 2 ** len(in_vain), LEAST))
        if not done:
            in_vain.append(is_done)
        return done

    return comes


@pytest.fixture
def state_of(recorder):
    """Return a function that asks for the state of a job; no transcript tells of it."""

    def state_of(caller, url):
        response = caller.get(url)
        expect(response).status(200)
        recorder.exchanges.remove(response.exchange)  # one of many like it
        return (response.get_json().get("data") or {}).get("state")

    return state_of


@pytest.fixture
def ended(state_of, comes):
    """Return a function that waits for the end of a job, and returns the answer that tells it."""

    def ended(caller, url, worker):
        has_ended = comes(lambda: state_of(caller, url) in ENDED, worker)
        assert has_ended, (
            f"a worker runs, and the job does not end. The worker says:\n{worker.excerpt()}"
        )
        return caller.get(url)

    return ended


@pytest.fixture
def waiting(scratch):
    """Return a function that returns the files of the messages that wait in the queue."""
    return lambda: sorted((scratch / "queue").glob("*.msg"))


@pytest.fixture
def repeat_messages(waiting):
    """Return a function that doubles each message that waits, as a broker may."""

    def repeat():
        for number, file in enumerate(waiting()):
            shutil.copyfile(file, file.with_name(f"{number}_{file.name}"))

    return repeat


@pytest.fixture
def taken(mailbox, comes):
    """Return a function that waits for so many e-mails, and returns all that came."""

    def taken(number, worker, why, seconds=0):
        came = comes(lambda: len(mailbox.messages) >= number, worker, seconds)
        assert came, (
            f"{len(mailbox.messages)} of {number} e-mails came: {why}. The worker says:\n"
            f"{worker.excerpt()}"
        )
        return mailbox.messages

    return taken


@pytest.fixture
def tried(mailbox, comes):
    """Return a function that waits until so often somebody has tried to send an e-mail."""

    def tried(number, worker, seconds=0):
        came = comes(lambda: len(mailbox.attempts) >= number, worker, seconds)
        assert came, (
            f"{len(mailbox.attempts)} of {number} times somebody has tried to send it. The worker "
            f"says:\n{worker.excerpt()}"
        )
        return mailbox.attempts

    return tried


@pytest.fixture
def expect_no_more(mailbox):
    """Return a function that expects that no more than so many e-mails come, for a while."""

    def expect_no_more(number, why):
        mailbox.wait(number + 1, 1.5)
        subjects = [str(message["Subject"]) for message in mailbox.messages]
        is_all = len(subjects) <= number
        assert is_all, f"more than {number} e-mails came: {sorted(set(subjects))}. {why}"

    return expect_no_more
