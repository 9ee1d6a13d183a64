import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("delete-task")


def delete(client, task_id=2):
    response = client.delete(f"/api/tasks/{task_id}")
    expect(response).status(
        204, "it is done and there is nothing to say: 204 No Content (RFC 9110, section 15.3.5)"
    )
    return response


def test_delete_is_204(client):
    """`DELETE /api/tasks/2` is 204."""
    delete(client)


def test_204_has_no_body(client):
    """A 204 has no body, and does not announce JSON."""
    response = delete(client)
    expect(response).empty("204 means no content: a body would be read as the next answer's start")
    assert response.mimetype != "application/json", (
        "Werkzeug cut off the body that came with this 204, and left the header that announces "
        "JSON; a client that believes it fails, for nothing at all is not valid JSON"
    )


def test_deleted_task_is_gone(client, refused):
    """After `DELETE /api/tasks/2`, `GET /api/tasks/2` is 404."""
    delete(client)
    refused(client.get("/api/tasks/2"), 404, "204 promised that the task is gone")


def test_other_tasks_stay(client):
    """After `DELETE /api/tasks/2` the list holds the tasks 1 and 3."""
    delete(client)
    response = client.get("/api/tasks")
    expect(response).contains(
        {"data": [{"id": 1}, {"id": 3}]}, "one task was to be deleted, by its id and not its place"
    )


def test_delete_again_is_404(client):
    """`DELETE /api/tasks/2` a second time is 404 with `TASK_NOT_FOUND`."""
    delete(client)
    response = client.delete("/api/tasks/2")
    expect(response).status(404, "there is nothing left to delete")
    expect(response).contains(
        {"status": "error", "error": {"code": "TASK_NOT_FOUND"}},
        "the same fault has the same code, whichever method met it",
    )


def test_delete_of_an_unknown_task_is_404(client, refused):
    """`DELETE /api/tasks/99` is 404, and the `message` says `Task with ID 99 not found`."""
    error = refused(client.delete("/api/tasks/99"), 404, "there is no task 99")
    assert "Task with ID 99 not found" in error["message"], "the message says which task"


def test_ids_are_not_used_again(client):
    """A task created after the last one was deleted has an id of its own, and its `Location`."""
    delete(client, 3)
    created = client.post("/api/tasks", json={"title": "Read RFC 9110"})
    expect(created).contains(
        {"data": {"id": 4}},
        "whoever still holds the URL of the deleted task would get another one under it",
    )
    location = expect(created).header("Location", why="a 201 has a Location")
    expect(client.get(location)).contains(
        {"data": {"id": 4}}, "Location is made of the task's id, not of the number of tasks"
    )
