import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("success-envelope")

TASKS = [
    {"id": 1, "title": "Learn Flask Basics", "status": "completed"},
    {"id": 2, "title": "Build First API", "status": "completed"},
    {"id": 3, "title": "Explore Routing", "status": "pending"},
]


def test_success_says_so(client):
    """A success is an object with `"status": "success"`."""
    response = client.get("/api/tasks/1")
    expect(response).status(200, "the task is there")
    expect(response).contains(
        {"status": "success"}, "a client tells success from failure by one field, in every answer"
    )


def test_one_task_is_the_data(client):
    """`GET /api/tasks/1` has the task under `data`, and nothing else beside `status`."""
    expect(client.get("/api/tasks/1")).equals(
        {"status": "success", "data": TASKS[0]},
        "`data` is the task itself: what a client asked for is always in the same place",
    )


def test_the_list_is_the_data(client):
    """`GET /api/tasks` has the list of the three tasks under `data`."""
    expect(client.get("/api/tasks")).equals(
        {"status": "success", "data": TASKS},
        "an object around the list leaves room for more, such as the number of pages in stage 6",
    )


def test_a_filtered_list_is_the_data(client):
    """`GET /api/tasks?status=pending` has the pending task under `data`."""
    expect(client.get("/api/tasks?status=pending")).equals(
        {"status": "success", "data": TASKS[2:]}, "the filter of stage 2 goes on working"
    )


def test_an_empty_list_is_data_too(client):
    """`GET /api/tasks?status=archived` finds nothing: `data` is `[]`, and the status 200."""
    response = client.get("/api/tasks?status=archived")
    expect(response).status(200, "the list is there, it is only empty: no reason for a 404")
    expect(response).equals(
        {"status": "success", "data": []},
        "an empty list is an answer; a client that loops over `data` needs no special case",
    )


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/"])
def test_a_created_task_is_the_data(client, path):
    """`POST {path}` has the new task under `data`: next id, title stripped, pending."""
    response = client.post(path, json={"title": "  Read RFC 9110 "})
    expect(response).status(201, "an envelope does not replace the status code: created is 201")
    expect(response).equals(
        {"status": "success", "data": {"id": 4, "title": "Read RFC 9110", "status": "pending"}},
        "the client learns the id that the server chose from the answer",
    )


def test_a_created_task_is_kept(client):
    """A task that was created is in the list."""
    client.post("/api/tasks", json={"title": "Read RFC 9110"})
    created = {"id": 4, "title": "Read RFC 9110", "status": "pending"}
    expect(client.get("/api/tasks")).equals(
        {"status": "success", "data": [*TASKS, created]}, "201 promises that the task exists"
    )


def test_the_server_chooses_id_and_status(client):
    """`id` and `status` in the body of a POST are not taken over."""
    client.post("/api/tasks", json={"title": "Mine now", "id": 1, "status": "completed"})
    expect(client.get("/api/tasks/1")).equals(
        {"status": "success", "data": TASKS[0]},
        "a client that could choose the id would overwrite the task of somebody else",
    )
