import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("change-task")


DOOR = {"title": "Paint the door", "description": "In green"}


def test_put_replaces(client, create):
    """`PUT` with a title, a description and a status answers 200 with the changed task."""
    task = create(**DOOR)
    fields = {"title": "Paint the gate", "description": "In blue", "status": "completed"}
    response = client.put(f"/api/tasks/{task['id']}", json=fields)
    expect(response).status(200, "the task was replaced, and the answer shows it")
    expect(response).contains(
        {"status": "success", "data": {"id": task["id"], **fields}},
        "all fields are as they were sent",
    )


def test_put_is_stored(client, create, serve):
    """What `PUT` answered is what a restarted server shows."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    fields = {"title": "Paint the gate", "description": "In blue", "status": "completed"}
    response = client.put(path, json=fields)
    expect(response).status(200, "the task was replaced")
    expect(serve().get(path)).contains(
        {"data": {**response.get_json()["data"], **fields}},
        "a change is stored when it was committed, and not before",
    )


def test_put_resets_what_is_not_given(client, create):
    """`PUT` without a description resets it to what a new task has."""
    task = create(**DOOR)
    new = create(title="A bare task")
    response = client.put(f"/api/tasks/{task['id']}", json={"title": "Bare", "status": "pending"})
    expect(response).status(200, "title and status are enough")
    expect(response).contains(
        {"data": {"title": "Bare", "description": new.get("description")}},
        "PUT sends the whole task, so what is not in it is not in the task either "
        "(RFC 9110, section 9.3.4); PATCH is for parts",
    )


@pytest.mark.parametrize("field", ["title", "status"])
def test_put_requires(client, create, field):
    """`PUT` without a {field} is 400, and the message names the field."""
    task = create(**DOOR)
    body = {"title": "Half of it", "description": "Half", "status": "completed"}
    del body[field]
    response = client.put(f"/api/tasks/{task['id']}", json=body)
    expect(response).status(400, "half a task cannot replace a whole one")
    expect(response).contains({"status": "error", "error": {}}, "an error has the envelope")
    message = str(response.get_json()["error"].get("message"))
    assert field in message.lower(), "the message tells a person which field is missing"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("field", ["title", "status"])
def test_change_is_checked(client, create, method, field):
    """`{method}` with a wrong {field} is 400 and changes nothing."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    right = {"title": "Half a change", "description": "Half", "status": "completed"}
    for value in {"title": (" ", None, "x" * 151), "status": ("done", None, ["pending"])}[field]:
        response = client.open(path, method=method, json=right | {field: value})
        expect(response).status(400, "a change is checked like a new task")
        expect(response).contains({"status": "error"}, "an error has the envelope")
        expect(client.get(path)).contains(
            {"data": task}, "all fields are checked before the first one is set"
        )


PARTS = {"title": "Paint the gate", "description": "In blue", "status": "completed"}


@pytest.mark.parametrize("field", PARTS)
def test_patch_changes_what_is_given(client, create, field):
    """`PATCH` with a {field} sets it, and leaves the other fields alone."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    response = client.patch(path, json={field: PARTS[field]})
    expect(response).status(200, "any part of a task can be changed")
    wanted = {**task, field: PARTS[field]}
    del wanted["updated_at"]
    expect(response).contains({"data": wanted}, "PATCH leaves alone what it was not given")
    expect(client.get(path)).contains({"data": wanted}, "and that is how the task was stored")


def test_patch_with_nothing_is_400(client, create):
    """`PATCH` with an empty object is 400."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    expect(client.patch(path, json={})).status(
        400, "a change that changes nothing is a mistake of the client, who wants to hear of it"
    )
    expect(client.patch(path, json={"title": "Something"})).status(200, "one field is enough")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_body_of_a_change(client, create, method):
    """`{method}` needs a JSON object: another media type is 415, a list is 400."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    expect(client.open(path, method=method, data="title=x")).status(
        415, "the media type comes first: this body is not JSON"
    )
    expect(client.open(path, method=method, json=["title"])).status(
        400, "this is JSON, but there are no fields in it"
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_updated_at_moves(client, create, moment, after_a_tick, method):
    """`{method}` moves `updated_at` forward, and leaves `created_at` where it was."""
    task = create(**DOOR)
    before = moment(task, "updated_at")
    after_a_tick(before)
    path = f"/api/tasks/{task['id']}"
    response = client.open(path, method=method, json={"title": "Later", "status": "completed"})
    expect(response).status(200, "the change is right")
    expect(response).contains(
        {"data": {"created_at": task["created_at"]}}, "a task is created only once"
    )
    after = moment(response.get_json()["data"], "updated_at")
    has_moved = after > before
    assert has_moved, (
        f"`updated_at` was {before.isoformat()} and is {after.isoformat()}, and in between the "
        "task has changed: set it with each change; onupdate=utc_now on the column (without "
        "parentheses) does it where a column has changed"
    )
    expect(client.get(path)).contains(
        {"data": response.get_json()["data"]}, "the answer shows the times that were stored"
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_client_does_not_change_id_or_created_at(client, create, method):
    """`{method}` cannot change the `id` or `created_at` of a task."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    stolen = {"id": 4711, "created_at": "2001-01-01T00:00:00+00:00"}
    body = {"title": "Mine", "status": "pending", **stolen}
    response = client.open(path, method=method, json=body)
    assert response.status_code in (200, 400, 422), "such fields are ignored, or refused"
    response = client.get(path)
    expect(response).status(200, "the task keeps its id, and so its address")
    expect(response).contains(
        {"data": {"id": task["id"], "created_at": task["created_at"]}},
        "a loop that sets every field of the body lets a client set what it likes: name the fields "
        "that a client may change",
    )


def test_failed_change_is_not_a_success(serve, client, database):
    """A change that cannot be stored is not answered with 200, and is not there afterwards."""
    impatient = serve(env={"DATABASE_URL": database.impatient_url()})
    response = impatient.post("/api/tasks", json=DOOR)
    expect(response).status(201, "nothing stands in the way of the task")
    expect(response).contains({"data": DOOR}, "the task is as it was sent")
    task = response.get_json()["data"]
    with database.locked():
        response = impatient.patch(f"/api/tasks/{task['id']}", json={"title": "Not now"})
    response.exchange.note = database.lock_note
    assert response.status_code >= 400, (
        "another program held the lock of the database, so nothing was stored; who catches the "
        "error of a commit has to raise it again"
    )
    expect(impatient.get(f"/api/tasks/{task['id']}")).contains(
        {"data": task}, "what was answered with an error did not happen"
    )


def test_other_tasks_stay(client, create):
    """A change of one task leaves the others alone."""
    task = create(**DOOR)
    other = create(title="Not this one")
    response = client.put(f"/api/tasks/{task['id']}", json={"title": "This", "status": "completed"})
    expect(response).status(200, "the change is right")
    expect(client.get(f"/api/tasks/{other['id']}")).contains(
        {"data": other}, "the id in the path says which task is meant"
    )


def test_changed_task_keeps_its_place(client, tasks_in):
    """A change does not move a task in the list: it is sorted by creation."""
    before = [task.get("id") for task in tasks_in(client.get("/api/tasks"))]
    assert len(before) == 3, "the sample is there"
    response = client.patch(f"/api/tasks/{before[-1]}", json={"title": "The oldest"})
    expect(response).status(200, "the change is right")
    after = [task.get("id") for task in tasks_in(client.get("/api/tasks"))]
    assert after == before, "newest means created last, not changed last"


def test_status_filter_follows(client, create, tasks_in):
    """`?status=completed` lists a task that was completed, `?status=pending` does not."""
    task = create(**DOOR)
    response = client.patch(f"/api/tasks/{task['id']}", json={"status": "completed"})
    expect(response).status(200, "the change is right")
    done = [task.get("id") for task in tasks_in(client.get("/api/tasks?status=completed"))]
    assert done == [task["id"]], "one task is completed"
    rest = [task.get("id") for task in tasks_in(client.get("/api/tasks?status=pending"))]
    assert len(rest) == 3, "the three tasks of the sample are pending"
    assert task["id"] not in rest, "and this one is not any more"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_missing_task_is_not_changed(client, method):
    """`{method}` of a task that there is not is 404: a change makes no new task."""
    body = {"title": "Nobody", "status": "pending"}
    for task_id in (999, 2**63):
        response = client.open(f"/api/tasks/{task_id}", method=method, json=body)
        expect(response).status(404, "the server makes the ids; there is nothing at this address")
        expect(response).contains({"status": "error"}, "a 404 has the envelope of an error")
