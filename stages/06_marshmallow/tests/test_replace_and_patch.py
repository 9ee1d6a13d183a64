import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("replace-and-patch")

DOOR = {
    "title": "Paint the door",
    "description": "In green",
    "status": "completed",
    "tags": ["home"],
}
GATE = {
    "title": "Paint the gate",
    "description": "In blue",
    "status": "pending",
    "tags": ["garden"],
}


def path_of(task):
    """Return where a task is."""
    return f"/api/tasks/{task['id']}"


def unchanged(client, door):
    """Expect the task to be as it was."""
    expect(client.get(path_of(door))).contains({"data": door}, "what was refused changes nothing")


def test_put_replaces(client, create, serve):
    """`PUT` with all fields answers 200 with the changed task, and stores it."""
    door = create(**DOOR)
    response = client.put(path_of(door), json=GATE)
    expect(response).status(200, "the task was replaced, and the answer shows it")
    wanted = {"data": {"id": door["id"], "created_at": door["created_at"], **GATE}}
    expect(response).contains(wanted, "all fields are as they were sent")
    expect(serve().get(path_of(door))).contains(wanted, "and that is how they were stored")


def test_put_resets_what_is_not_given(client, create):
    """`PUT` without description and tags resets them to what a new task has."""
    door = create(**DOOR)
    response = client.put(path_of(door), json={"title": "Bare", "status": "pending"})
    expect(response).status(200, "title and status are enough")
    expect(response).contains(
        {"data": {"title": "Bare", "status": "pending", "description": "", "tags": []}},
        "PUT sends the whole task, so what is not in it is not in the task (RFC 9110, 9.3.4)",
    )


@pytest.mark.parametrize("field", ["title", "status"])
def test_put_requires(client, create, faults_in, field):
    """`PUT` without `{field}` is 422 and changes nothing."""
    door = create(**DOOR)
    body = {name: value for name, value in GATE.items() if name != field}
    faults_in(
        client.put(path_of(door), json=body),
        field,
        why="half a task cannot replace a whole one, and `partial=False` alone does not require "
        "what the schema does not call required",
    )
    unchanged(client, door)


def test_empty_put_names_both(client, create, faults_in):
    """`PUT` with `{}` names the title and the status."""
    door = create(**DOOR)
    faults_in(client.put(path_of(door), json={}), "title", "status")
    unchanged(client, door)


@pytest.mark.parametrize("field", GATE)
def test_patch_changes_what_is_given(client, create, field):
    """`PATCH` with `{field}` changes it, and no other field."""
    door = create(**DOOR)
    response = client.patch(path_of(door), json={field: GATE[field]})
    expect(response).status(200, "any part of a task can be changed")
    wanted = {**door, field: GATE[field]}
    del wanted["updated_at"]
    expect(response).contains(
        {"data": wanted},
        "PATCH leaves alone what it was not given: a default of the schema is for new tasks",
    )
    expect(client.get(path_of(door))).contains(
        {"data": wanted}, "and that is how the task was stored"
    )


def test_patch_can_empty(client, create):
    """`PATCH` with an empty description and `"tags": []` empties them."""
    door = create(**DOOR)
    response = client.patch(path_of(door), json={"description": "", "tags": []})
    expect(response).status(200, "empty is a value like any other")
    expect(response).contains({"data": {"description": "", "tags": []}}, "both were given")


def test_patch_with_nothing(client, create):
    """`PATCH` with `{}` is 400 or 422: a change that changes nothing is a mistake."""
    door = create(**DOOR)
    response = client.patch(path_of(door), json={})
    status = 400 if response.status_code == 400 else 422
    expect(response).status(status, "somebody forgot something, and wants to hear of it")
    expect(response).contains({"status": "error"}, "every error has the envelope")
    unchanged(client, door)
    expect(client.patch(path_of(door), json={"title": "Something"})).status(
        200, "one field is enough"
    )


WRONG = {
    "title": ("   ", None, "x" * 151),
    "description": (None, 42),
    "status": ("done", None),
    "tags": (None, "garden", ["garden", 7]),
}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("field", WRONG)
def test_change_is_checked(client, create, faults_in, method, field):
    """`{method}` with a wrong `{field}` is 422 and changes nothing."""
    door = create(**DOOR)
    for value in WRONG[field]:
        faults_in(client.open(path_of(door), method=method, json={**GATE, field: value}), field)
        unchanged(client, door)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_all_faults_at_once(client, create, faults_in, method):
    """`{method}` with several faults is told of all of them at once."""
    door = create(**DOOR)
    wrong = {"title": "", "description": 42, "status": "soon", "tags": "home", "color": "red"}
    faults_in(client.open(path_of(door), method=method, json=wrong), *wrong)
    unchanged(client, door)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_server_sets_id_and_times(client, create, faults_in, method):
    """`{method}` with `id`, `created_at` or `updated_at` in its body is 422, changing nothing."""
    door = create(**DOOR)
    early = "2001-01-01T00:00:00+00:00"
    for field, value in {"id": 4711, "created_at": early, "updated_at": early}.items():
        body = {**GATE, field: value}
        faults_in(
            client.open(path_of(door), method=method, json=body),
            field,
            why="what a client may not set is refused by name, and not quietly ignored",
        )
        unchanged(client, door)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_updated_at_moves(client, create, moment, after_a_tick, method):
    """`{method}` moves `updated_at`, also when only the tags change."""
    door = create(**DOOR)
    before = moment(door, "updated_at")
    after_a_tick(before)
    body = {"tags": ["garden"]} if method == "PATCH" else {**DOOR, "tags": ["garden"]}
    response = client.open(path_of(door), method=method, json=body)
    expect(response).status(200, "the change is right")
    expect(response).contains({"data": {"created_at": door["created_at"]}}, "created only once")
    has_moved = moment(response.get_json()["data"], "updated_at") > before
    assert has_moved, "`updated_at` is what it was: tags are in another table, so set it yourself"


def test_patch_leaves_the_schema_of_others_alone(client, create, faults_in):
    """After a `PATCH`, a `POST` without a title is 422 as before, and so is half a `PUT`."""
    door = create(**DOOR)
    expect(client.patch(path_of(door), json={"description": "Anew"})).status(
        200, "one field is enough"
    )
    why = "a schema that was made partial for one request stays partial for all that share it"
    faults_in(client.post("/api/tasks", json={}), "title", why=why)
    faults_in(client.put(path_of(door), json={"title": "Half"}), "status", why=why)
