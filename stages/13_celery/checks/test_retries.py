import itertools
import sqlite3
import time
from contextlib import closing

import pytest

from workshop.suite import expect
from workshop.suite.mailboxes import started
from workshop.suite.servers import free_port

pytestmark = pytest.mark.task("retries")

LATER = "451 4.7.1 come back later"
NEVER = "550 5.1.1 no such user"


@pytest.fixture
def served(serve, as_, mailbox):
    """Return a user of an app that sends its mail to the server of the test."""
    return as_(serve(env={"SMTP_URL": mailbox.url}))


def test_refused_for_now(served, mailbox, create, worker, taken, expect_no_more):
    """A message that is refused for now (451) is sent later, once."""
    mailbox.refuse(LATER, times=2)
    create(served)
    taken(1, worker(), "it was refused twice, and would be taken then", seconds=2)
    expect_no_more(1, "it was taken once")


def test_pauses_grow(served, mailbox, create, worker, tried):
    """Each pause between two attempts is twice as long as the last one at least."""
    mailbox.refuse(LATER)
    create(served)
    running = worker(env={"JOB_RETRY_SECONDS": "0.5"})
    at = tried(4, running, seconds=6)
    pauses = [after - before for before, after in itertools.pairwise(at[:4])]
    grow = all(pause > 0.9 * 0.5 * 2**number for number, pause in enumerate(pauses))
    assert grow, (
        "with JOB_RETRY_SECONDS=0.5 the pauses have to be 0.5, 1 and 2 s at least: a server that "
        "has too much to do gets more of it from each client that comes back soon"
    )


def test_refused_for_ever(served, mailbox, create, worker, tried):
    """A message that is refused for ever (550) is not sent again."""
    mailbox.refuse(NEVER)
    create(served)
    running = worker()
    tried(1, running)
    mailbox.wait_for_attempts(2, 2)
    is_once = len(mailbox.attempts) == 1
    assert is_once, (
        f"it was tried {len(mailbox.attempts)} times: 5xx means that it will never be taken, and "
        "who tries on is taken for a spammer (RFC 5321, section 4.2.1)"
    )


def test_gives_up(served, mailbox, create, worker, tried):
    """After `JOB_ATTEMPTS` attempts it is given up."""
    mailbox.refuse(LATER)
    create(served)
    running = worker(env={"JOB_ATTEMPTS": "2", "JOB_RETRY_SECONDS": "0.2"})
    tried(2, running)
    mailbox.wait_for_attempts(3, 3)
    is_over = len(mailbox.attempts) == 2
    assert is_over, f"with JOB_ATTEMPTS=2 it was tried {len(mailbox.attempts)} times"


def test_server_is_not_there(serve, as_, create, worker, comes):
    """A mail server that is not there for a while costs time, and no message."""
    port = free_port()
    user = as_(serve(env={"SMTP_URL": f"smtp://127.0.0.1:{port}"}))
    create(user)
    running = worker()
    comes(lambda: "refused" in running.log().lower(), running)
    with started(port) as mailbox:
        came = comes(lambda: mailbox.messages, running, seconds=3)
    assert came, f"the server is there again, and nothing came:\n{running.excerpt()}"


def test_hangs(served, mailbox, create, process, worker, state_of, tried, taken):
    """A mail server that hangs holds a worker for `JOB_SECONDS`, and not for ever."""
    mailbox.hang()
    create(served)
    running = worker(env={"JOB_SECONDS": "1"})
    tried(1, running)
    url = process(served)
    running.until(lambda: state_of(served, url) == "SUCCESS", running.ready_seconds() + 7)
    response = served.get(url)
    response.exchange.note = "the one process of the worker was held by a mail server that hangs"
    expect(response).contains(
        {"data": {"state": "SUCCESS"}}, "with JOB_SECONDS=1 the worker is free after a second"
    )
    mailbox.go_on()
    why = "the server answers again, and a time limit is no reason to give up"
    taken(1, running, why, seconds=5)


def test_state(user, process, worker, comes, state_of, scratch):
    """A job that is to be tried again is `RETRY`, and then `SUCCESS`."""
    url = process(user)
    with closing(sqlite3.connect(scratch / "app.db")) as database:
        database.execute("ALTER TABLE versions RENAME TO gone")
    try:
        running = worker(env={"JOB_RETRY_SECONDS": "3"})
        # Whoever asks for the job needs the table too, and nobody has promised a line in the log.
        comes(lambda: "versions" in running.log() or running.ready_seconds() > 2, running)
        time.sleep(0.5)
    finally:
        with closing(sqlite3.connect(scratch / "app.db")) as database:
            database.execute("ALTER TABLE gone RENAME TO versions")
    response = user.get(url)
    response.exchange.note = "a table was missing for a while, as during a migration"
    expect(response).contains({"data": {"state": "RETRY"}}, "the database will be mended")
    ended_well = comes(lambda: state_of(user, url) == "SUCCESS", running, seconds=4)
    assert ended_well, f"the database is mended, and the job is not done:\n{running.excerpt()}"
