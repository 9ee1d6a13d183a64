import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("set-status")

EXPLORE = {"id": 3, "title": "Explore Routing", "status": "pending"}

NO_STATUS = {
    "done": '{"status": "done"}',
    "in_progress": '{"status": "in_progress"}',
    "empty": '{"status": ""}',
    "capital": '{"status": "Completed"}',
    "both": '{"status": "pending, completed"}',
    "null": '{"status": null}',
    "number": '{"status": 1}',
    "true": '{"status": true}',
    "list": '{"status": ["completed"]}',
    "object": '{"status": {}}',
}


def test_status_can_be_set(client):
    """`PUT /api/tasks/3/status` with a known status is 200, and the changed task."""
    response = client.put("/api/tasks/3/status", json={"status": "completed"})
    expect(response).status(200, "changed, and here it is")
    expect(response).equals(
        {"status": "success", "data": EXPLORE | {"status": "completed"}},
        "the client sees the task as it is now, in the envelope",
    )


def test_status_is_kept(client):
    """The new status is there in the next `GET`."""
    client.put("/api/tasks/3/status", json={"status": "completed"})
    expect(client.get("/api/tasks/3")).contains(
        {"data": {"status": "completed"}}, "200 promised that the task has changed"
    )


def test_a_completed_task_can_be_reopened(client):
    """`{"status": "pending"}` opens the completed task 1 again."""
    response = client.put("/api/tasks/1/status", json={"status": "pending"})
    expect(response).status(200, "both statuses can be set")
    expect(client.get("/api/tasks/1")).contains(
        {"data": {"status": "pending"}}, "the status is the one that was sent"
    )


def test_put_can_be_repeated(client):
    """The same `PUT` twice is 200 twice, with the same answer."""
    first = client.put("/api/tasks/3/status", json={"status": "completed"})
    expect(first).status(200, "changed")
    second = client.put("/api/tasks/3/status", json={"status": "completed"})
    expect(second).status(200, "it is so already, which is what was wanted")
    expect(second).equals(
        first.get_json(),
        "PUT is idempotent (RFC 9110, 9.2.2): a client that got no answer may send it again",
    )


def test_other_tasks_keep_their_status(client):
    """Setting the status of task 3 leaves the other tasks alone."""
    expect(client.put("/api/tasks/3/status", json={"status": "completed"})).status(200, "changed")
    client.put("/api/tasks/1/status", json={"status": "pending"})
    statuses = [{"status": "pending"}, {"status": "completed"}, {"status": "completed"}]
    expect(client.get("/api/tasks")).contains({"data": statuses}, "each PUT names one task")


@pytest.mark.parametrize("body", NO_STATUS.values(), ids=NO_STATUS.keys())
def test_unknown_status_is_400(client, refused, body):
    """`PUT /api/tasks/3/status` with `{body}` is 400, and names `status`."""
    response = client.put("/api/tasks/3/status", data=body, content_type="application/json")
    error = refused(
        response,
        400,
        "a status is the string `pending` or `completed`; anything else is 400, as for a title",
    )
    assert "status" in error["message"].lower(), "a person is told which field to put right"
    assert "status" in str(error["details"]), "a program is told which field to put right"


def test_missing_status_is_400(client, refused):
    """`PUT /api/tasks/3/status` with `{}` is 400, and names `status`."""
    error = refused(client.put("/api/tasks/3/status", json={}), 400, "the one field is missing")
    assert "status" in error["message"].lower(), "a person is told which field is missing"
    assert "status" in str(error["details"]), "a program is told which field is missing"


def test_a_refused_status_changes_nothing(client, refused):
    """After a 400 the task has the status that it had."""
    refused(
        client.put("/api/tasks/3/status", json={"status": "done"}), 400, "done is no status here"
    )
    expect(client.get("/api/tasks/3")).contains(
        {"data": EXPLORE},
        "check first, then change: who is told 400 relies on nothing having changed",
    )


def test_only_the_status_changes(client):
    """Other fields in the body of that `PUT` change nothing."""
    body = {"status": "completed", "title": "Mine now", "id": 9}
    response = client.put("/api/tasks/3/status", json=body)
    assert response.status_code in (200, 400), "take the status alone, or refuse it all"
    expect(client.get("/api/tasks/3")).contains(
        {"data": {"id": 3, "title": "Explore Routing"}},
        "a body copied into the task as it comes lets a client write any field (mass assignment)",
    )


def test_status_of_an_unknown_task_is_404(client, refused):
    """`PUT /api/tasks/99/status` is 404, and the `message` says `Task with ID 99 not found`."""
    response = client.put("/api/tasks/99/status", json={"status": "completed"})
    error = refused(response, 404, "there is no task 99 whose status could be set")
    assert error["code"] == "TASK_NOT_FOUND", "the same fault has the same code everywhere"
    assert "Task with ID 99 not found" in error["message"], "the message says which task"


@pytest.mark.parametrize(
    "body", ["[]", '"completed"', "null", "{"], ids=["list", "string", "null", "malformed"]
)
def test_status_body_is_an_object(client, refused, body):
    """`PUT /api/tasks/3/status` with the body `{body}` is 400."""
    response = client.put("/api/tasks/3/status", data=body, content_type="application/json")
    refused(response, 400, "the body of this PUT is a JSON object with the field `status`")


def test_status_of_another_media_type_is_415(client, refused):
    """`PUT /api/tasks/3/status` with a form is 415."""
    response = client.put("/api/tasks/3/status", data={"status": "completed"})
    refused(response, 415, "this API reads JSON alone, here as in POST")
