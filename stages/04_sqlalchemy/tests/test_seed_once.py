from datetime import UTC, datetime, timedelta

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("seed-once")

SAMPLE = ["Build Persistent API", "Learn Flask-SQLAlchemy", "Test CRUD Operations"]


def titles(tasks):
    return sorted(str(task.get("title")) for task in tasks)


def test_fresh_database_has_the_sample(client, tasks_in):
    """A fresh database has the three tasks of the sample."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert titles(tasks) == SAMPLE, (
        "an empty table is filled with the sample, and the sample is stored: without a commit it "
        "is gone when the session ends"
    )


def test_sample_tasks_are_pending_and_described(client, tasks_in):
    """Each task of the sample is pending, and has a description."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert len(tasks) == 3, "a fresh database has the three tasks of the sample"
    for task in tasks:
        assert task.get("status") == "pending", "nobody has done them yet"
        description = task.get("description")
        assert isinstance(description, str), "`description` is a text"
        assert description.strip(), "each task of the sample says what there is to do"


FIELDS = {
    "id": int,
    "title": str,
    "description": str,
    "status": str,
    "tags": list,
    "created_at": str,
    "updated_at": str,
}


def test_task_has_all_fields(client, tasks_in):
    """A task has `id, title, description, status, tags, created_at, updated_at`."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert tasks, "a fresh database has the three tasks of the sample"
    for field, kind in FIELDS.items():
        for task in tasks:
            assert field in task, f"each task has `{field}`, in a list as well as alone"
            assert isinstance(task[field], kind), f"`{field}` is a {kind.__name__} in each task"


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_time_is_now_in_utc(in_tokyo, serve, tasks_in, moment, field):
    """`{field}` is the time in UTC with its offset, also on a machine with another time zone."""
    response = serve(env=in_tokyo).get("/api/tasks")
    response.exchange.note = "the check runs the server in the time zone of Tokyo"
    tasks = tasks_in(response)
    assert tasks, "a fresh database has the three tasks of the sample"
    for task in tasks:
        off = abs(moment(task, field) - datetime.now(UTC))
        is_now = off < timedelta(minutes=5)
        assert is_now, (
            f"the server is in Tokyo, and `{field}` is off by {off / timedelta(hours=1):.1f} "
            "hours: datetime.now() without a time zone is the time on the wall of the server, "
            "and putting +00:00 behind it does not make it UTC"
        )


def test_restart_does_not_seed_again(client, serve, tasks_in):
    """A restart of the server does not add the sample a second time."""
    before = tasks_in(client.get("/api/tasks"))
    assert titles(before) == SAMPLE, "a fresh database has the three tasks of the sample"
    response = serve().get("/api/tasks")
    tasks = tasks_in(response)
    assert titles(tasks) == SAMPLE, "the table is not empty any more, so there is nothing to add"
    expect(response).contains(
        {"data": before},
        "these are the tasks from before the restart: nothing is dropped and made anew",
    )
