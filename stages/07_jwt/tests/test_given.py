"""What works from the start, and has to go on working."""

import os
import secrets

import pytest

from workshop.suite import expect

SAMPLE = {
    "Refactor with Blueprints": "completed",
    "Implement App Factory": "completed",
    "Test Refactored API": "pending",
}


@pytest.fixture
def client(client, tokens_of, recorder):
    """Return a client who is an admin, once somebody can log in."""
    try:
        token = tokens_of("admin")["access_token"]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    except AssertionError:
        if client.get("/api/tasks").status_code == 401:
            recorder.exchanges.pop()
            raise  # tokens are asked for, and cannot be had
    recorder.exchanges.clear()  # what was asked here is no part of the test
    return client


def test_health_needs_no_token(new_client):
    """`GET /health` is 200 for everybody: who watches the server has no account."""
    response = new_client().get("/health")
    expect(response).status(200, "health is no secret, and its reader cannot log in")
    expect(response).contains({"status": "ok"}, "the service is up")


def test_unknown_path_is_404(client, new_client, refused):
    """A path that the app does not know is 404 in the envelope, with or without a token."""
    for path in ("/api/nothing-here", "/api/tasks/abc", "/auth/nothing-here"):
        for sender in (client, new_client()):
            refused(sender.get(path), 404, "there is nothing at this address")


def test_wrong_method_is_405(client, refused):
    """`PUT /api/tasks` is 405, and `Allow` names what there is."""
    response = client.put("/api/tasks", json={"title": "All of them"})
    refused(response, 405, "nobody can replace all tasks at once")
    for method in ("GET", "POST"):
        expect(response).header("Allow", contains=method, why="a 405 says what there is instead")


def test_sample_is_listed(client):
    """`flask init-db` fills a new database with the three tasks of stage 5."""
    response = client.get("/api/tasks")
    expect(response).status(200, "a list is answered with 200")
    tasks = {task["title"]: task["status"] for task in response.get_json()["data"]}
    assert tasks == SAMPLE, "the sample is the same as in stage 5"


def test_sample_belongs_to_user(client, database):
    """The tasks of the sample have the `owner_id` of the user `user`."""
    owner = database.users_named("user")[0]["id"]
    for task in client.get("/api/tasks").get_json()["data"]:
        assert task.get("owner_id") == owner, f"`user` has the id {owner}, and owns the sample"


def test_list_has_pages(client):
    """The list has pages, a sort order, a filter and sparse fields, as in stage 6."""
    response = client.get("/api/tasks?status=completed&sort=title&fields=id,title&per_page=1")
    expect(response).status(200, "this worked in stage 6")
    expect(response).contains(
        {
            "data": [{"title": "Implement App Factory"}],
            "meta": {"page": 1, "per_page": 1, "total": 2, "pages": 2},
        },
        "the query string asks for the first of two completed tasks",
    )
    expect(response).header("Link", contains="next", why="there is another page")


def test_tasks_are_made_changed_and_removed(client, task_in, refused):
    """A task can be made, fetched, changed, replaced and removed by who may do so."""
    response = client.post("/api/tasks", json={"title": "  Buy ink ", "tags": ["home"]})
    task = task_in(response, 201)
    expected = {"title": "Buy ink", "tags": ["home"], "status": "pending"}
    expect(response).contains({"data": expected}, "the answer shows the task as it was stored")
    location = expect(response).header("Location", why="a 201 says where the new thing is")
    assert task_in(client.get(location)) == task, "Location leads to the task"
    path = f"/api/tasks/{task['id']}"
    changed = task_in(client.patch(path, json={"status": "completed"}))
    assert changed["title"] == "Buy ink", "PATCH changes what it is given, and nothing else"
    replaced = task_in(client.put(path, json={"title": "Buy paper", "status": "pending"}))
    assert replaced["tags"] == [], "PUT resets what it is not given"
    response = client.delete(path)
    expect(response).status(204, "the task is gone, and there is no more to say")
    refused(client.get(path), 404, "the task was removed")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_owner_is_not_the_clients_to_choose(client, refused, method):
    """`{method}` with an `owner_id` is 422, and `details` names the field."""
    path = "/api/tasks" if method == "POST" else "/api/tasks/1"
    body = {"title": "Not mine", "status": "pending", "owner_id": 1}
    error = refused(client.open(path, method=method, json=body), 422, "a task is the creator's")
    assert "owner_id" in error["details"], "details name the field"


def test_invalid_task_is_422(client, refused):
    """`POST /api/tasks` with wrong fields is 422, and `details` names all of them."""
    error = refused(client.post("/api/tasks", json={"title": " ", "status": "new"}), 422, "wrong")
    assert {"title", "status"} <= set(error["details"]), "all faults are told at once"


def test_unknown_task_is_404(client, refused):
    """A task that there is not is 404 for who may see tasks."""
    for number in (999_999, 2**63, 10**30):
        refused(client.get(f"/api/tasks/{number}"), 404, "there is no such task")


def test_production_needs_its_key(cli, new_database):
    """In production, the app does not start without `JWT_SECRET_KEY`, and names it."""
    del os.environ["JWT_SECRET_KEY"]  # put back by the fixture that starts the app
    env = {
        "FLASK_CONFIG": "production",
        "SECRET_KEY": secrets.token_hex(),
        "DATABASE_URL": new_database(),
    }
    done = cli("routes", env=env)
    assert "JWT_SECRET_KEY" in done.output, (
        "a key with a default is a key that everybody knows: production has to refuse to start, "
        "and to name the variable that it lacks"
    )
