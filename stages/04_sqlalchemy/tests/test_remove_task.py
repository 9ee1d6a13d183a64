import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("remove-task")


def test_delete_is_204(client, create):
    """`DELETE` of a task answers 204, with an empty body."""
    task = create(title="Done with it")
    response = client.delete(f"/api/tasks/{task['id']}")
    expect(response).status(204, "done, and there is nothing to show (RFC 9110, section 15.3.5)")
    expect(response).empty("204 means No Content")


def test_deleted_task_is_gone(client, create, serve):
    """A deleted task is 404 from then on, also after a restart."""
    task = create(title="Done with it")
    path = f"/api/tasks/{task['id']}"
    expect(client.delete(path)).status(204, "the task is there, so it can be deleted")
    why = "session.delete() announces that the task is to go; it is gone after a commit"
    expect(client.get(path)).status(404, why)
    expect(serve().get(path)).status(404, "a task that comes back was deleted without a commit")


def test_second_delete_is_404(client, create):
    """`DELETE` of a task that is gone is 404."""
    path = f"/api/tasks/{create(title='Done with it')['id']}"
    expect(client.delete(path)).status(204, "the task is there, so it can be deleted")
    expect(client.delete(path)).status(404, "the second time there is nothing to delete")


def test_missing_task_is_404(client):
    """`DELETE` of a task that there is not is 404, also with an id beyond 64 bits."""
    for task_id in (999, 2**63):
        response = client.delete(f"/api/tasks/{task_id}")
        expect(response).status(404, "there is nothing to delete at this address")
        expect(response).contains({"status": "error"}, "a 404 has the envelope of an error")


def test_other_tasks_stay(client, create, tasks_in):
    """The other tasks stay."""
    task = create(title="Done with it")
    before = tasks_in(client.get("/api/tasks"))
    expect(client.delete(f"/api/tasks/{task['id']}")).status(204, "the task is there")
    response = client.get("/api/tasks")
    expect(response).contains({"data": before[1:]}, "only the one task was meant")


def test_sample_does_not_come_back(client, serve, tasks_in):
    """A task of the sample that was deleted does not come back when the server restarts."""
    before = tasks_in(client.get("/api/tasks"))
    assert len(before) == 3, "the sample is there"
    expect(client.delete(f"/api/tasks/{before[0]['id']}")).status(204, "the task is there")
    expect(serve().get("/api/tasks")).contains(
        {"data": before[1:]}, "the sample goes into an empty table only, and this one has two rows"
    )


def test_id_is_not_given_away_again(client, create):
    """The id of a deleted task is not given to the next one."""
    old = create(title="Done with it")
    expect(client.delete(f"/api/tasks/{old['id']}")).status(204, "the task is there")
    new = create(title="Something else")
    assert new["id"] != old["id"], (
        "whoever kept the old address would meet a stranger there. SQLite gives the id of the "
        "last row away again, unless the table has sqlite_autoincrement"
    )
