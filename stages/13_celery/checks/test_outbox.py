import socket
import time
from contextlib import closing

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("outbox")

GONE = "that the broker is gone is no business of the client: the task is in the database"
WORD = "a-word-of-the-check"


@pytest.fixture
def cut_off(serve, as_, mailbox):
    """Return a function that returns a user of an app whose broker cannot be reached."""

    def cut_off(url=f"redis://:{WORD}@127.0.0.1:1/0", username="user"):
        return as_(serve(env={"CELERY_BROKER_URL": url, "SMTP_URL": mailbox.url}), username)

    return cut_off


@pytest.fixture
def back(mailbox, scratch):
    """Return the variables of an app whose broker is there, and of its worker."""
    broker = f"filesystem://{(scratch / 'queue').as_posix()}"
    return {"CELERY_BROKER_URL": broker, "SMTP_URL": mailbox.url}


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_created(cut_off, scheme, worker, back, taken):
    """With the broker gone ({scheme}) a task is created, and soon."""
    user = cut_off(f"{scheme}://:{WORD}@127.0.0.1:1/0")
    seconds = []
    for _ in range(3):
        started = time.monotonic()
        response = user.post("/api/tasks", json={"title": "While it is gone"})
        seconds.append(time.monotonic() - started)
        expect(response).status(201, GONE)
    is_soon = min(seconds) < 2.5  # a machine that is busy does not let all three wait
    assert is_soon, "it took more than 2.5 s: to try again and again helps nobody who waits"
    path = f"/api/tasks/{response.get_json()['data']['id']}"
    expect(user.get(path)).status(200, "it was answered 201")
    expect(user.get("/readiness")).status(200, "this process can do its work")
    taken(3, worker(env=back), "the broker is back, and three tasks were created")


def test_hangs(cut_off, worker, back, taken):
    """With a broker that hangs, a task is created within seconds."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        user = cut_off(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        started = time.monotonic()
        response = user.post("/api/tasks", json={"title": "While it hangs"})
        seconds = time.monotonic() - started
    expect(response).status(201, GONE)
    is_soon = seconds < 8
    assert is_soon, "it took more than 8 s: a client waits so long for nothing of its own"
    taken(1, worker(env=back), "the broker is back, and a task was created")


def test_logged(log, cut_off):
    """The log says that the broker is gone, and does not say its password."""
    cut_off().post("/api/tasks", json={"title": "While it is gone"})
    text = log()
    is_told = "broker" in text.lower() or "queue" in text.lower() or "celery" in text.lower()
    assert is_told, f"nobody would notice that nothing is worked on: {text[-300:]!r}"
    is_there = WORD in text
    assert not is_there, "logs are read by many, and copied"


def test_sent_later(cut_off, create, worker, back, taken, expect_no_more):
    """When the broker is back, the e-mail is sent, once."""
    create(cut_off(), title="While it was gone")
    message = taken(1, worker(env=back), "it was kept while the broker was gone")[0]
    text = f"{message['Subject']}\n{message.get_content()}"
    is_about = "While it was gone" in text
    assert is_about, f"it does not say which task it is about: {text}"
    expect_no_more(1, "whoever hands a job over again, has to know that it was handed over")


def test_all_sent_later(cut_off, create, worker, back, taken, expect_no_more):
    """However many tasks were created meanwhile, each is written about, once."""
    user = cut_off()
    for number in range(12):
        create(user, title=f"Task number {number:02}")
    taken(12, worker(env=back), "all of them were kept")
    expect_no_more(12, "twelve tasks were created")


def test_both(as_, serve, create, worker, back, cut_off, taken):
    """What was created while the broker was gone, and what was created after it, is sent."""
    create(cut_off(), title="Kept in the database")
    create(as_(serve(env=back)), title="Kept in the queue")
    messages = taken(2, worker(env=back), "both were kept")
    text = "\n".join(f"{message['Subject']} {message.get_content()}" for message in messages)
    are_there = "Kept in the database" in text and "Kept in the queue" in text
    assert are_there, f"two tasks were created, and these came: {text}"


def test_process(cut_off, as_, serve, back, worker, ended):
    """To process a task meanwhile is 202 and done later, or 503 with `Retry-After`."""
    user = cut_off()
    response = user.post("/api/tasks/3/process")
    if response.status_code == 503:
        expect(response).contains({"status": "error"}, "every error has the envelope")
        expect(response).header("Retry-After", why="a client has to know when to come back")
        return
    expect(response).status(202, "it is kept, and done later; or 503 says that it is not")
    url = response.get_json()["data"]["status_url"]
    done = ended(as_(serve(env=back)), url, worker())
    done.exchange.note = "the broker is back"
    expect(done).contains({"data": {"state": "SUCCESS"}}, "it was answered 202")
