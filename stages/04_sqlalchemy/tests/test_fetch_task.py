import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("fetch-task")


def test_task_is_found_by_its_id(client, tasks_in):
    """`GET /api/tasks/<id>` answers with the task that the list shows under this id."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert len(tasks) == 3, "the sample is there"
    for task in tasks:
        response = client.get(f"/api/tasks/{task.get('id')}")
        expect(response).status(200, "the list shows this id, so there is such a task")
        expect(response).contains(
            {"status": "success", "data": task}, "a task looks the same alone and in the list"
        )


def test_missing_task_is_404(client):
    """`GET` of a task that there is not is 404 `TASK_NOT_FOUND`, and the message names the id."""
    for task_id in (999, 4, 0):
        response = client.get(f"/api/tasks/{task_id}")
        expect(response).status(404, "session.get() returns None for an id that there is not")
        expect(response).contains(
            {"status": "error", "error": {"code": "TASK_NOT_FOUND", "details": {}}},
            "programs tell by the code what is missing",
        )
        message = response.get_json()["error"].get("message")
        assert str(task_id) in str(message), "the message says which task is not there"


def test_huge_id_is_404(client):
    """`GET` of a task with an id beyond 64 bits is 404 as well."""
    # The last integer of 64 bits, the first beyond, and one that is far beyond.
    for task_id in (2**63 - 1, 2**63, 10**30):
        response = client.get(f"/api/tasks/{task_id}")
        expect(response).status(
            404,
            "SQLite stores integers of 64 bits and its driver raises an OverflowError for a "
            "larger one, which becomes a 500; look at the id before the database does",
        )
        expect(response).contains({"status": "error"}, "a 404 has the envelope of an error")
