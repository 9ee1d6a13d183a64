import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("newest-first")


def ids(tasks):
    return [task.get("id") for task in tasks]


def test_newest_is_first(client, tasks_in):
    """The list starts with the newest task."""
    found = ids(tasks_in(client.get("/api/tasks")))
    assert len(found) == 3, "the sample is there"
    assert found == sorted(found, reverse=True), (
        "a database promises no order unless the query asks for one with order_by(): by created_at "
        "downwards and, as several tasks can be made in one moment, then by id downwards"
    )


def test_ties_are_sorted_by_id(client, tasks_in, database):
    """Tasks that were created in the same moment are sorted by id, the highest first."""
    assert len(tasks_in(client.get("/api/tasks"))) == 3, "the sample is there"
    database.make_equally_old()
    found = ids(tasks_in(client.get("/api/tasks")))
    assert found == sorted(found, reverse=True), (
        "the check has given all tasks the same created_at, as a clock with whole seconds would. "
        "created_at alone leaves the order of these open: sort by a second column, the id"
    )


def test_filter_by_status(client, tasks_in):
    """`?status=pending` lists the pending tasks, which are all of the sample."""
    tasks = tasks_in(client.get("/api/tasks?status=pending"))
    assert len(tasks) == 3, "all three tasks of the sample are pending"


def test_filter_that_matches_nothing(client):
    """`?status=completed` is an empty list with 200 while no task is completed."""
    response = client.get("/api/tasks?status=completed")
    expect(response).status(200, "the list is there, it is only empty: that is no 404")
    expect(response).contains({"data": []}, "no task of the sample is completed")


def test_status_is_a_value_and_no_sql(client):
    """A status with a quote in it is only a status that no task has."""
    response = client.get("/api/tasks?status=' OR '1'='1")
    assert response.status_code in (200, 400), "a quote in a value is no reason to fail"
    if response.status_code == 200:
        expect(response).contains(
            {"data": []},
            "a value that is pasted into SQL becomes part of the question; compare with "
            "Task.status == value, and the database gets it apart from the statement",
        )
