from datetime import timedelta

import pytest

from workshop.suite import expect
from workshop.suite.clock import START

pytestmark = pytest.mark.task("stats")

STATS = "/api/tasks/stats"
TODAY = START.date()


@pytest.fixture
def launcher(launcher, clock):
    """Return what starts the app, on a day that is the same in every run."""
    return launcher


def test_counts(user):
    """`GET /api/tasks/stats` counts the tasks of each status, and in all."""
    expect(user.get(STATS)).status(200).contains(
        {"status": "success", "data": {"pending": 1, "completed": 2, "total": 3, "overdue": 0}},
        "so are the tasks of the sample",
    )


def test_needs_a_token(client, user):
    """The counts need a token, as the tasks do."""
    expect(user.get(STATS)).status(200)
    expect(client.get(STATS)).status(401, "a count tells about tasks, too")


def test_overdue(user, create):
    """A task that is pending, and was due before today, is overdue."""
    create(due_date=str(TODAY - timedelta(days=1)))
    expect(user.get(STATS)).status(200).contains({"data": {"overdue": 1, "pending": 2}})


def test_not_overdue(user, create):
    """What is due today, is completed, or has no day, is not overdue."""
    create(due_date=str(TODAY))
    create(due_date=str(TODAY - timedelta(days=9)), status="completed")
    create()
    expect(user.get(STATS)).status(200).contains({"data": {"overdue": 0, "total": 6}})


def test_nothing(user, admin):
    """Without a task each count is 0, and none is missing."""
    for number in (1, 2, 3):
        admin.delete(f"/api/tasks/{number}")
    expect(user.get(STATS)).status(200).contains(
        {"data": {"pending": 0, "completed": 0, "total": 0, "overdue": 0}},
        "a client that reads `pending` should not have to ask whether it is there",
    )


def test_counted_by_the_database(user, sql, select):
    """The database counts: no task is read for it."""
    with sql() as statements:
        expect(user.get(STATS)).status(200)
    read = select(statements)
    assert not read, f"of a million tasks each would be sent over the line: {read}"
