import sqlite3
import time
from contextlib import closing

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("worker")

MARK = " [Processed]"
MISSING = "no such table: versions"
LEAKS = ("Traceback", "sqlalchemy", "sqlite3", 'File "', ".py", "SELECT", "UPDATE", "versions")


def test_done(user, process, worker, ended):
    """A worker does the job: the task is completed, and its description has ` [Processed]`."""
    worker = worker()
    before = user.get("/api/tasks/3").get_json()["data"]["description"]
    response = ended(user, process(user), worker)
    expect(response).contains({"data": {"state": "SUCCESS", "error": None}})
    result = response.get_json()["data"].get("result")
    assert result, "`data.result` says what came of it, and is empty"
    expect(user.get("/api/tasks/3")).status(200).contains(
        {"data": {"status": "completed", "description": f"{before}{MARK}"}}, "it was processed"
    )


def test_waits_for_a_worker(user, process, worker, ended):
    """What was asked for while no worker ran is done when one starts."""
    urls = [process(user, number) for number in (1, 2, 3)]
    worker = worker()
    for url in urls:
        expect(ended(user, url, worker)).contains({"data": {"state": "SUCCESS"}})


def test_seen_at_once(user, process, worker, ended):
    """What the worker has changed is seen in each answer, also where one was kept."""
    for _ in range(2):
        expect(user.get("/api/tasks/3")).contains({"data": {"status": "pending"}})
    ended(user, process(user), worker())
    expect(user.get("/api/tasks/3")).contains({"data": {"status": "completed"}})
    expect(user.get("/api/tasks?status=completed")).contains({"meta": {"total": 3}})


def test_asked_for_twice(user, process, worker, ended):
    """A task that is processed twice is marked once."""
    urls = [process(user), process(user)]
    worker = worker()
    for url in urls:
        expect(ended(user, url, worker)).contains({"data": {"state": "SUCCESS"}})
    text = user.get("/api/tasks/3").get_json()["data"]["description"]
    is_once = text.count("[Processed]") == 1
    assert is_once, f"the description is now {text!r}"


def test_delivered_twice(user, process, worker, comes, ended, waiting, repeat_messages):
    """A message that comes twice is worked on once; two processes may have it at once."""
    urls = [process(user, number) for number in (1, 2, 3)]
    repeat_messages()
    repeat_messages()
    worker = worker("--concurrency", "2")
    for url in urls:
        expect(ended(user, url, worker)).contains({"data": {"state": "SUCCESS"}})
    comes(lambda: not waiting(), worker)
    time.sleep(0.5)
    texts = [task["description"] for task in user.get("/api/tasks").get_json()["data"]]
    is_once = all(text.count("[Processed]") == 1 for text in texts)
    assert is_once, f"each message was delivered four times, and the descriptions are {texts}"


def test_empty_description(user, create, process, worker, ended):
    """A task without a description has the mark alone, and once."""
    number = create(user)["id"]
    urls = [process(user, number), process(user, number)]
    worker = worker()
    for url in urls:
        ended(user, url, worker)
    text = user.get(f"/api/tasks/{number}").get_json()["data"]["description"]
    is_once = text.strip() == "[Processed]"
    assert is_once, f"the description was empty, and is now {text!r}"


def test_task_is_gone(user, admin, process, worker, ended):
    """A task that was deleted in the meantime makes a `FAILURE` that says so."""
    url = process(user)
    expect(admin.delete("/api/tasks/3")).status(204)
    response = ended(user, url, worker())
    expect(response).contains({"data": {"state": "FAILURE"}}, "there is nothing to process")
    error = response.get_json()["data"].get("error")
    assert error, "`data.error` says why, and is empty"
    found = [leak for leak in LEAKS if leak in str(error)]
    assert not found, f"the error holds {found}, which is nobody's business"


def test_bug_is_not_shown(user, process, worker, comes, ended, scratch):
    """Of a bug the client is told that there was one, and not which; the log has it."""
    url = process(user)
    with closing(sqlite3.connect(scratch / "app.db")) as database:
        database.execute("ALTER TABLE versions RENAME TO gone")
    worker = worker(env={"JOB_ATTEMPTS": "1"})
    try:
        # What the job has become cannot be asked for meanwhile: who asks needs the table as well.
        comes(lambda: MISSING in worker.log(), worker)
        time.sleep(0.5)
    finally:
        with closing(sqlite3.connect(scratch / "app.db")) as database:
            database.execute("ALTER TABLE gone RENAME TO versions")
    response = ended(user, url, worker)
    response.exchange.note = "a table was missing while the worker worked, as after a bad migration"
    expect(response).contains({"data": {"state": "FAILURE"}}, "it was tried as often as is allowed")
    error = response.get_json()["data"].get("error")
    assert error, "`data.error` says that it failed, and is empty"
    found = [leak for leak in LEAKS if leak in str(error)]
    assert not found, f"the error holds {found}, which is nobody's business"
    is_logged = MISSING in worker.log()
    assert is_logged, "the log of the worker does not say what was wrong"


def test_failure_does_not_end_the_worker(user, admin, process, worker, ended):
    """After a failure the worker goes on with the next job."""
    gone, other = process(user, 3), process(user, 1)
    admin.delete("/api/tasks/3")
    worker = worker()
    expect(ended(user, gone, worker)).contains({"data": {"state": "FAILURE"}})
    expect(ended(user, other, worker)).contains({"data": {"state": "SUCCESS"}})
