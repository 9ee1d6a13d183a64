import email
import email.policy
import time

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("mail")


@pytest.fixture
def served(serve, as_, mailbox):
    """Return a user of an app that sends its mail to the server of the test."""
    return as_(serve(env={"SMTP_URL": mailbox.url}))


def test_sent(served, create, worker, taken):
    """Whoever creates a task is written to, by the server in `SMTP_URL`."""
    create(served, title="Water the plants")
    message = taken(1, worker(), "a task was created")[0]
    is_to = message["X-Recipients"] == "user@example.com" == str(message["To"])
    assert is_to, f"it went to {message['X-Recipients']}, and says To: {message['To']}"
    text = f"{message['Subject']}\n{message.get_content()}"
    is_about = "Water the plants" in text
    assert is_about, f"it does not say which task it is about: {text}"


def test_headers(served, create, worker, taken):
    """The message has a sender, a date and an id."""
    create(served)
    message = taken(1, worker(), "a task was created")[0]
    missing = [
        name for name in ("From", "To", "Subject", "Date", "Message-ID") if not message[name]
    ]
    assert not missing, f"it has no {missing}, and looks like spam (RFC 5322, section 3.6)"


def test_any_title(served, create, worker, taken):
    """A title in any language arrives as it was."""
    title = "Größe прил 予定 " + "é" * 100
    create(served, title=title)
    message = taken(1, worker(), "a task was created")[0]
    text = f"{message['Subject']}\n{message.get_content()}"
    is_whole = title in text
    assert is_whole, f"the title was {title!r}, and the message says {text!r}"


def test_to_the_owner(served, serve, as_, mailbox, create, worker, taken):
    """Each is written to about own tasks."""
    admin = as_(serve(env={"SMTP_URL": mailbox.url}), "admin")
    create(admin, title="Of the admin")
    message = taken(1, worker(), "a task was created")[0]
    is_to = message["X-Recipients"] == "admin@example.com"
    assert is_to, f"a task of `admin` was created, and {message['X-Recipients']} was written to"


def test_folder(user, create, worker, comes, scratch):
    """Without `SMTP_URL` the message is a file `*.eml` in `MAIL_FOLDER`."""
    create(user, title="Water the plants")
    worker = worker()
    comes(lambda: list((scratch / "mail").glob("*.eml")), worker)
    files = list((scratch / "mail").glob("*.eml"))
    is_one = len(files) == 1
    assert is_one, f"there are {len(files)} files. The worker says:\n{worker.excerpt()}"
    time.sleep(0.2)  # it may still be written
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    is_to = message["To"] == "user@example.com"
    assert is_to, f"it is to {message['To']}"


def test_not_in_the_request(served, mailbox, create, worker, taken):
    """A mail server that hangs does not let the client wait."""
    mailbox.hang()
    worker = worker()
    started = time.monotonic()
    create(served)
    seconds = time.monotonic() - started
    is_quick = seconds < 3
    assert is_quick, "the answer took more than 3 s: who sends mail in a view, waits with it"
    mailbox.go_on()
    taken(1, worker, "the server answers again")


def test_only_for_new_tasks(served, create, worker, taken, expect_no_more):
    """Neither a change nor a refused task is written about."""
    expect(served.post("/api/tasks", json={"title": ""})).status(422)
    expect(served.patch("/api/tasks/1", json={"title": "Another title"})).status(200)
    create(served, title="The only one")
    worker = worker()
    taken(1, worker, "a task was created")
    expect_no_more(1, "one task was created")


def test_after_the_commit(served, create, worker, taken, files_at_commits, scratch):
    """A worker is told of a task only when the task is in the database."""
    told = files_at_commits(lambda: create(served), scratch / "queue", "*.msg")
    is_after = told and told[0] == 0
    assert is_after, (
        "the message was in the queue before the commit: a worker is faster than you think, finds "
        "no task, and after a rollback there never is one"
    )
    taken(1, worker(), "a task was created")


def test_delivered_twice(served, create, worker, taken, repeat_messages, expect_no_more):
    """A message of the queue that comes twice is one e-mail."""
    create(served)
    repeat_messages()
    repeat_messages()
    taken(1, worker("--concurrency", "2"), "a task was created")
    expect_no_more(1, "a broker may deliver a message twice")


def test_finishes_what_it_has_begun(served, mailbox, create, worker, tried, expect_no_more):
    """A worker that is told to end (SIGTERM) finishes what it has begun."""
    create(served)
    mailbox.hang()
    running = worker("--concurrency", "1")
    tried(1, running)
    running.terminate()
    time.sleep(0.5)
    mailbox.go_on()
    ends = running.ends(15)
    assert ends, f"15 s after SIGTERM it still runs:\n{running.excerpt()}"
    expect_no_more(1, "it was sent once")
    is_sent = len(mailbox.messages) == 1
    assert is_sent, "the worker has ended in the middle of it, and the message is not sent"
