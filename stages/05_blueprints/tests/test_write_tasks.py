from datetime import UTC, datetime, timedelta

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("write-tasks")

DOOR = {"title": "Paint the door", "description": "In green", "tags": ["home", "colour"]}


def titles(tasks):
    return [task.get("title") for task in tasks]


def tags_of(task):
    tags = task.get("tags")
    assert isinstance(tags, list), "`tags` is a list of names"
    return sorted(map(str, tags))


# Creating


def test_new_task_is_created_and_stored(client, task_in):
    """`POST /api/tasks` answers 201 with the new task, and `GET` shows exactly that."""
    task = task_in(client.post("/api/tasks", json=DOOR), 201, "something was created")
    for field in ("title", "description"):
        assert task.get(field) == DOOR[field], f"`{field}` is as it was sent"
    assert task.get("status") == "pending", "nobody has done it yet"
    assert tags_of(task) == ["colour", "home"], "tags are made on first use"
    assert task_in(client.get(f"/api/tasks/{task['id']}")) == task, (
        "what was answered is what was stored: the service adds the task, then commits"
    )


def test_title_is_enough(create):
    """A title is enough; blanks around it are not stored."""
    task = create(title="  Bare  ")
    assert task.get("title") == "Bare", (
        "blanks at the ends are typing, not title; what checks the fields takes them off"
    )
    assert not task.get("description"), "a description that nobody gave is empty"
    assert task.get("tags") == [], "tags that nobody gave are an empty list"
    assert len(create(title="ß" * 150)["title"]) == 150, "150 characters are within 1 to 150"


def test_location_leads_to_the_task(client):
    """`Location` of a new task is an absolute URL that answers with the task."""
    response = client.post("/api/tasks", json={"title": "Find me"})
    expect(response).status(201, "something was created")
    location = expect(response).header(
        "Location",
        startswith="http://",
        why="a client goes where Location says, as it stands; in a blueprint the endpoint has the "
        "name of the blueprint before it, and _external=True makes the URL absolute",
    )
    expect(client.get(location)).contains(
        {"data": {"title": "Find me"}}, "the address is that of the new task"
    )


def test_post_with_a_trailing_slash(client, task_in):
    """`POST /api/tasks/` creates a task as well: neither address redirects."""
    task = task_in(client.post("/api/tasks/", json={"title": "With a slash"}), 201)
    assert task.get("title") == "With a slash", "the body has not been lost on the way"


def test_new_tasks_come_first(create, client, tasks_in, moment):
    """New tasks come first in the list, created at the time of their request."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    made = [create(title=f"Task {number}") for number in range(3)]
    found = [task.get("id") for task in tasks_in(client.get("/api/tasks"))]
    assert found[:3] == [task["id"] for task in made[::-1]], "the newest first, then the one before"
    assert len(found) == 6, "the three tasks of the sample are still there"
    is_now = all(before <= moment(task, "created_at") <= datetime.now(UTC) for task in made)
    assert is_now, "`created_at` is the moment of the request, not that of the server's start"


def test_each_task_has_its_own_time(create, moment, after_a_tick):
    """`created_at` and `updated_at` are the moment of each request, not one for all."""
    first = create(title="The first")
    after_a_tick(moment(first, "created_at"))
    second = create(title="The second")
    for field in ("created_at", "updated_at"):
        is_later = moment(second, field) > moment(first, field)
        assert is_later, (
            f"`{field}` of a later task is the same: `default=now()` is computed once, when the "
            "module is imported; `default=now` is called for each row"
        )


def test_tasks_survive_a_restart(create, client, serve, task_in):
    """What was created, changed and deleted is the same after a restart."""
    kept, gone = create(**DOOR), create(title="Gone")
    path = f"/api/tasks/{kept['id']}"
    changed = task_in(client.patch(path, json={"title": "Paint the gate", "tags": ["home"]}))
    expect(client.delete(f"/api/tasks/{gone['id']}")).status(204, "it is there, so it can go")
    restarted = serve()
    assert task_in(restarted.get(path)) == changed, "a change that is not committed is forgotten"
    expect(restarted.get(f"/api/tasks/{gone['id']}")).status(
        404, "a delete without a commit comes back"
    )


def test_two_apps_share_nothing(cli, serve, second_app, new_database, tasks_in):
    """Two apps of one process, made with a `DATABASE_URL` each, have their own tasks."""
    env = {"DATABASE_URL": new_database()}
    assert cli("init-db", "--yes", env=env).exit_code == 0, "the second database is made ready"
    one = serve()
    expect(one.post("/api/tasks", json={"title": "In the first alone"})).status(201, "it is right")
    other = second_app(env=env)
    assert "In the first alone" not in titles(tasks_in(other.get("/api/tasks"))), (
        "each call of create_app() makes an app of its own. One that is made at the level of a "
        "module, and only handed out, has the settings of the first import for ever"
    )
    expect(other.post("/api/tasks", json={"title": "In the second alone"})).status(201, "as well")
    found = titles(tasks_in(one.get("/api/tasks")))
    assert "In the second alone" not in found, "the first app keeps its database"
    assert "In the first alone" in found, "the first app keeps its database"


# Tags


def test_filter_by_tag(client, create, tasks_in):
    """`?tag=home` lists the tasks with this tag, newest first, each once and with all its tags."""
    create(**DOOR)
    create(title="Report", tags=["work"])
    create(title="Sweep", tags=["home", "five o'clock"])
    for query, wanted in (
        ("tag=home", ["Sweep", "Paint the door"]),
        ("tag=five+o'clock", ["Sweep"]),
        ("tag=hom", []),
        ("tag=h_me", []),
        ("tag=home&status=completed", []),
    ):
        tasks = tasks_in(client.get(f"/api/tasks?{query}"))
        assert titles(tasks) == wanted, f"these are the tasks of ?{query}"
    door = tasks_in(client.get("/api/tasks?tag=colour"))[0]
    assert tags_of(door) == ["colour", "home"], "the filter chooses tasks, not their tags"


def test_tag_is_kept_once(create, database):
    """A tag that several tasks have is one row in the database."""
    for number in range(3):
        create(title=f"Task {number}", tags=["shared", "shared", f"own-{number}"])
    counts = database.rows_with("shared")
    is_once = 1 in counts.values()
    assert is_once, f"the name is in {counts} rows: look for a tag before you make one"


def test_tagged_list_does_not_ask_for_each_task(client, create, tasks_in, sql):
    """`GET /api/tasks?tag=home` needs as many SQL statements for six tasks as for two."""
    counts = []
    for more in (2, 4):
        for number in range(more):
            create(title=f"Task {number}", tags=["home", f"tag-{more}-{number}"])
        with sql() as statements:
            assert tasks_in(client.get("/api/tasks?tag=home")), "there are some"
        counts.append(len(statements))
    assert counts[0] == counts[1], "load the tags of all tasks together, with selectinload()"


# Changing


def test_put_replaces(client, create, task_in):
    """`PUT` replaces a task: what is not given is reset, but for `id` and `created_at`."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    new = create(title="A bare task")
    answer = task_in(client.put(path, json={"title": "Bare", "status": "completed"}))
    wanted = {"title": "Bare", "status": "completed", "description": new.get("description")}
    for field, value in wanted.items():
        assert answer.get(field) == value, (
            f"`{field}` after a PUT without it is that of a new task: PUT sends the whole task "
            "(RFC 9110, section 9.3.4)"
        )
    assert answer.get("tags") == [], "tags that PUT does not name are taken away"
    assert answer.get("created_at") == task["created_at"], "a task is created only once"
    assert task_in(client.get(path)) == answer, "what was answered is what was stored"
    answer = task_in(client.put(path, json={**DOOR, "status": "pending"}))
    assert tags_of(answer) == ["colour", "home"], "PUT sets the tags that it names"


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Paint"), ("description", ""), ("status", "completed"), ("tags", ["home", "new"])],
)
def test_patch_changes_what_is_given(client, create, task_in, field, value):
    """`PATCH` with `{field}` sets it, and leaves the other fields alone."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    answer = task_in(client.patch(path, json={field: value}))
    wanted = {**task, field: value, "updated_at": answer.get("updated_at")}
    wanted["tags"], answer["tags"] = tags_of(wanted), tags_of(answer)
    assert answer == wanted, "PATCH sets what it was given, and leaves alone what it was not"
    stored = task_in(client.get(path))
    assert {**stored, "tags": tags_of(stored)} == wanted, "and that is how the task was stored"


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PUT", {"title": "Paint it", "status": "completed"}),
        ("PATCH", {"title": "Paint it"}),
        ("PATCH", {"tags": ["garden"]}),
        ("PATCH", {"title": "Paint the door"}),
    ],
    ids=["PUT", "PATCH", "tags alone", "same value"],
)
def test_updated_at_moves(client, create, task_in, moment, after_a_tick, method, body):
    """`{method}` with `{body}` moves `updated_at` forward, and leaves `created_at`."""
    task = create(**DOOR)
    before = moment(task, "updated_at")
    after_a_tick(before)
    path = f"/api/tasks/{task['id']}"
    answer = task_in(client.open(path, method=method, json=body))
    has_moved = moment(answer, "updated_at") > before
    assert has_moved, (
        "`updated_at` is what it was. onupdate sees the columns of this table alone: new tags, or "
        "values that are equal, do not wake it. Set it yourself, in the service"
    )
    assert answer.get("created_at") == task["created_at"], "a task is created only once"
    assert task_in(client.get(path)) == answer, "the answer shows the times that were stored"


def test_other_tasks_stay(client, create, tasks_in):
    """A change, or a delete, of one task leaves the others and their tags alone."""
    one, other, third = create(**DOOR), create(**DOOR), create(**DOOR)
    path = f"/api/tasks/{one['id']}"
    expect(client.put(path, json={"title": "This", "status": "completed"})).status(
        200, "it is there"
    )
    expect(client.delete(f"/api/tasks/{third['id']}")).status(204, "it is there")
    left = tasks_in(client.get("/api/tasks"))
    assert [task.get("id") for task in left[:2]] == [other["id"], one["id"]], (
        "the order is that of creation"
    )
    assert left[0] == other, "the id in the path says which task is meant; a tag is shared"
    assert len(left) == 5, "the sample is still there"


# Deleting


def test_delete_is_204(client, create):
    """`DELETE` answers 204 with an empty body; from then on the task is 404, its id as well."""
    task = create(**DOOR)
    path = f"/api/tasks/{task['id']}"
    expect(client.delete(path)).status(204, "done, and there is nothing to show").empty()
    expect(client.get(path)).status(404, "it is gone")
    expect(client.delete(path)).status(404, "the second time there is nothing to delete")
    assert create(title="The next")["id"] != task["id"], "an id is not given away again"


# What is refused


def test_body_has_to_be_json(client, create, expect_error):
    """A body of another type is 415 in the envelope, for `POST`, `PUT` and `PATCH`."""
    path = f"/api/tasks/{create(**DOOR)['id']}"
    for method, where in (("POST", "/api/tasks"), ("PUT", path), ("PATCH", path)):
        response = client.open(where, method=method, data={"title": "From a form"})
        expect_error(response, 415, "the media type is named in Content-Type, and it is not JSON")


NO_OBJECTS = (
    '{"title": ',
    "[]",
    '["title", "status"]',
    '"title"',
    "3",
    "9" * 5000,
    "NaN",
    "null",
    "",
    "[" * 100_000,
)


def test_body_has_to_be_an_object(client, create, expect_error):
    """A body that is no JSON object is 400 in the envelope, for `POST`, `PUT` and `PATCH`."""
    path = f"/api/tasks/{create(**DOOR)['id']}"
    for method, where in (("POST", "/api/tasks"), ("PUT", path), ("PATCH", path)):
        for body in NO_OBJECTS:
            response = client.open(where, method=method, data=body, content_type="application/json")
            expect_error(response, 400, "this is no JSON object, so there are no fields in it")


BAD = [
    {"title": None},
    {"title": 42},
    {"title": " \t "},
    {"title": "x" * 151},
    {"title": "NUL: \0"},
    {"title": "half of a pair: \ud800"},
    {"title": 10**400},
    {"title": {"text": "Read"}},
    {"description": 42},
    {"description": None},
    {"status": "done"},
    {"status": ["pending"]},
    {"status": None},
    {"tags": "home"},
    {"tags": ["home", 7]},
    {"tags": None},
    {"tags": {"home": 1}},
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_bad_fields_store_nothing(client, create, expect_error, database, method):
    """`{method}` with a field that is not right is 400, names the field, and stores nothing."""
    path = "/api/tasks" if method == "POST" else f"/api/tasks/{create(**DOOR)['id']}"
    right = {"title": "Half a change", "status": "completed", "tags": ["half"]}
    before = database.content()
    for bad in BAD:
        response = client.open(path, method=method, json=right | bad)
        if method == "POST" and response.status_code == 201 and "status" in bad:
            continue  # a new task is pending, and what the client says about it may be ignored
        error = expect_error(response, 400, "what is not right is refused before it is stored")
        (field,) = bad
        assert field.rstrip("s") in error["message"].lower(), "the message names the field"
        is_same = database.content() == before
        assert is_same, "all fields are checked before the first one is set and stored"


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {}),
        ("POST", {"description": "No title"}),
        ("PUT", {"status": "pending"}),
        ("PUT", {"title": "No status"}),
        ("PATCH", {}),
    ],
)
def test_required_fields(client, create, expect_error, database, method, body):
    """`{method}` with `{body}` lacks something, and is 400."""
    path = "/api/tasks" if method == "POST" else f"/api/tasks/{create(**DOOR)['id']}"
    before = database.content()
    expect_error(
        client.open(path, method=method, json=body),
        400,
        "POST needs a title, PUT a title and a status, PATCH at least one field",
    )
    is_same = database.content() == before
    assert is_same, "what was refused is not stored"


def test_client_does_not_choose_id_or_times(client, create, task_in):
    """A client cannot set `id` or `created_at`."""
    known = create(title="The one before")
    path = f"/api/tasks/{known['id']}"
    stolen = {"id": 4711, "created_at": "2001-01-01T00:00:00+00:00"}
    for method, where in (("POST", "/api/tasks"), ("PUT", path), ("PATCH", path)):
        response = client.open(
            where, method=method, json={"title": "Mine", "status": "pending", **stolen}
        )
        assert response.status_code in (200, 201, 400, 422), "such fields are ignored, or refused"
    expect(client.get("/api/tasks/4711")).status(404, "the server makes the ids")
    task = task_in(client.get(path))
    assert task.get("created_at") == known["created_at"], "a task is created only once"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_missing_task_is_404(client, create, expect_error, method):
    """`{method}` of a task that there is not is 404 `TASK_NOT_FOUND`, whatever id and body."""
    create(title="A right one")
    for task_id, body in ((999, {"title": "Nobody", "status": "pending"}), (2**63, {})):
        response = client.open(f"/api/tasks/{task_id}", method=method, json=body)
        error = expect_error(
            response, 404, "there is nothing at this address, so nobody looks at the body"
        )
        assert error["code"] == "TASK_NOT_FOUND", "programs tell by the code what is missing"


def test_failed_commit_is_not_a_success(serve, client, database, expect_error, tasks_in):
    """A task that cannot be stored is an error in the envelope, and the next request works."""
    impatient = serve(env={"DATABASE_URL": database.impatient_url()})
    task = tasks_in(impatient.get("/api/tasks"))[0]
    path = f"/api/tasks/{task['id']}"
    with database.locked():
        for method, where in (("POST", "/api/tasks"), ("PATCH", path), ("DELETE", path)):
            response = impatient.open(where, method=method, json={"title": "Not now"})
            response.exchange.note = database.lock_note
            is_error = response.status_code >= 400
            assert is_error, (
                "nothing could be stored; an error that is swallowed is a task that the client "
                "believes in"
            )
            expect(response).contains({"status": "error"}, "a failure has the envelope")
    response = impatient.post("/api/tasks", json={"title": "Now"})
    expect(response).status(201, "after an error a session refuses all work until rollback()")
    assert "Not now" not in titles(tasks_in(client.get("/api/tasks"))), "an error stored nothing"


def test_task_that_goes_meanwhile(race, client, new_client, create):
    """`PATCH` of a task that another request deletes at the same moment is 404 or 409, no 500."""
    other = new_client()
    for line in range(1, 400, 3):
        path = f"/api/tasks/{create(title='Soon gone')['id']}"
        answers = race(
            lambda path=path: client.patch(path, json={"title": "Too late"}),
            lambda path=path: other.delete(path),
            line,
        )
        if answers[0].status_code not in (200, 404):
            expect(answers[0]).status(
                409,
                "the task went while this request was at it. Where SQLAlchemy finds no row to "
                "change it raises a StaleDataError, nobody's bug: `overtaken` in errors.py answers "
                "it, where it is registered. And the answer needs no row any more",
            )
            expect(answers[0]).contains({"status": "error"}, "every error has the envelope")
        if len(answers) == 1:
            break
