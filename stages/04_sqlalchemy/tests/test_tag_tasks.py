import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("tag-tasks")


@pytest.fixture
def expect_tags():
    """Return a function that compares the tags in an answer; their order is free."""

    def expect_tags(response, names, why, status=200):
        expect(response).status(status, "the request is right")
        expect(response).contains({"status": "success", "data": {}}, "a success has the envelope")
        assert same_tags(response.get_json()["data"], names), (
            f"`tags` should be {names} in some order, and is "
            f"{response.get_json()['data'].get('tags')!r}: {why}"
        )

    return expect_tags


def same_tags(task, names):
    tags = task.get("tags")
    return isinstance(tags, list) and sorted(map(str, tags)) == sorted(names)


def titles(tasks):
    return [task.get("title") for task in tasks]


def test_new_task_has_tags(client, expect_tags):
    """`POST` with `tags` answers with these names; tags that are not there yet are made."""
    response = client.post("/api/tasks", json={"title": "Paint", "tags": ["home", "colour"]})
    expect_tags(response, ["home", "colour"], "a tag is made on first use, nobody has to ask", 201)


def test_tags_are_stored(client, create, serve, expect_tags):
    """Tags are stored: they are there after a restart, in the list as well."""
    task = create(title="Paint", tags=["home", "colour"])
    restarted = serve()
    expect_tags(
        restarted.get(f"/api/tasks/{task['id']}"), ["home", "colour"], "they survive the server"
    )
    response = restarted.get("/api/tasks")
    expect(response).status(200, "the list is there")
    listed = {task.get("id"): task for task in response.get_json()["data"]}
    assert same_tags(listed.get(task["id"], {}), ["home", "colour"]), "the list shows the same tags"


def test_tag_is_kept_once(client, create, database):
    """A tag that several tasks have is one row in the table of tags."""
    for number in range(3):
        create(title=f"Task {number}", tags=["shared-by-three", f"own-{number}"])
    counts = database.rows_with("shared-by-three")
    assert counts, "a tag is a row of its own, with its name in a column: that is many-to-many"
    is_once = 1 in counts.values()
    assert is_once, (
        f"the name is in several rows ({counts}): look for a tag before you make one, and let "
        "unique=True keep you honest"
    )


def test_filter_by_tag(client, create, tasks_in):
    """`?tag=home` lists the tasks with this tag, newest first, each one once."""
    create(title="Paint", tags=["home", "colour", "weekend"])
    create(title="Report", tags=["work"])
    create(title="Sweep", tags=["home"])
    found = titles(tasks_in(client.get("/api/tasks?tag=home")))
    assert found == ["Sweep", "Paint"], "two tasks have this tag, and the newest comes first"


def test_filtered_tasks_show_all_their_tags(client, create, tasks_in):
    """A task in the list of `?tag=home` shows all its tags, not `home` alone."""
    create(title="Paint", tags=["home", "colour"])
    tasks = tasks_in(client.get("/api/tasks?tag=home"))
    assert titles(tasks) == ["Paint"], "one task has this tag"
    assert same_tags(tasks[0], ["home", "colour"]), (
        "the filter chooses tasks; a join that is also used to load the tags chooses tags as well. "
        "Ask with Task.tags.any(...), and load the tags apart"
    )


def test_filter_by_a_tag_without_tasks(client, create):
    """`?tag=` with a name that no task has, whole and exactly, is an empty list with 200."""
    create(title="Paint", tags=["home"])
    # `ome` and the wildcards would match where names are compared with LIKE.
    for tag in ("nothing", "ome", "%25", "h_me", "' OR '1'='1"):
        response = client.get(f"/api/tasks?tag={tag}")
        expect(response).status(200, "the list is there, it is only empty: that is no 404")
        expect(response).contains({"data": []}, "a tag is its whole name, and a value is no SQL")


def test_tag_can_have_a_quote(client, create, tasks_in):
    """A tag can have a quote and a letter of any script in it, and is found by them."""
    create(title="Tea", tags=["five o'clock in Zürich"])
    found = titles(tasks_in(client.get("/api/tasks?tag=five+o'clock+in+Z%C3%BCrich")))
    assert found == ["Tea"], "SQLAlchemy hands values over apart from the SQL; nothing to escape"


def test_both_filters_apply(client, create, tasks_in):
    """`?tag=home&status=completed` lists the tasks for which both are true."""
    done = create(title="Paint", tags=["home"])
    create(title="Sweep", tags=["home"])
    also_done = create(title="Report", tags=["work"])
    for task in (done, also_done):
        response = client.patch(f"/api/tasks/{task['id']}", json={"status": "completed"})
        expect(response).status(200, "the change is right")
    found = titles(tasks_in(client.get("/api/tasks?tag=home&status=completed")))
    assert found == ["Paint"], "each where() narrows the list further"


def test_same_tag_twice_in_a_request(client, create, expect_tags):
    """A name that stands twice in `tags` is one tag."""
    create(title="Paint", tags=["home"])
    response = client.post(
        "/api/tasks", json={"title": "Sweep", "tags": ["new", "home", "new", "home"]}
    )
    if response.status_code != 400:  # refusing it is fine as well
        expect_tags(response, ["new", "home"], "a task has a tag, or it has it not", 201)


def test_patch_replaces_the_tags(client, create, expect_tags):
    """`PATCH` with `tags` replaces them: some old, some new."""
    path = f"/api/tasks/{create(title='Paint', tags=['home', 'colour'])['id']}"
    response = client.patch(path, json={"tags": ["home", "garden"]})
    expect_tags(response, ["home", "garden"], "the list that is sent is the list that is stored")
    expect_tags(client.get(path), ["home", "garden"], "that is what was stored")


def test_patch_with_no_tags_takes_them_away(client, create, expect_tags):
    """`PATCH` with `"tags": []` takes all tags away."""
    path = f"/api/tasks/{create(title='Paint', tags=['home'])['id']}"
    expect_tags(
        client.patch(path, json={"tags": []}), [], "an empty list is a value like any other"
    )
    expect_tags(client.get(path), [], "that is what was stored")


def test_patch_without_tags_keeps_them(client, create, expect_tags):
    """`PATCH` without `tags` keeps them."""
    path = f"/api/tasks/{create(title='Paint', tags=['home', 'colour'])['id']}"
    response = client.patch(path, json={"title": "Paint it"})
    expect_tags(response, ["home", "colour"], "PATCH leaves alone what it was not given")
    expect_tags(client.get(path), ["home", "colour"], "that is what was stored")


def test_put_without_tags_takes_them_away(client, create, expect_tags):
    """`PUT` without `tags` takes them away: it replaces the whole task."""
    path = f"/api/tasks/{create(title='Paint', tags=['home'])['id']}"
    response = client.put(path, json={"title": "Paint", "status": "pending"})
    expect_tags(response, [], "what PUT does not name is reset")
    expect_tags(client.get(path), [], "that is what was stored")


def test_put_sets_tags(client, create, expect_tags):
    """`PUT` with `tags` sets them."""
    path = f"/api/tasks/{create(title='Paint', tags=['home'])['id']}"
    body = {"title": "Paint", "status": "pending", "tags": ["garden", "home"]}
    expect_tags(client.put(path, json=body), ["garden", "home"], "the task is as it was sent")


def test_refused_tags_change_nothing(client, create, expect_tags):
    """`PATCH` with tags that are no list of names is 400 and changes nothing."""
    path = f"/api/tasks/{create(title='Paint', tags=['home'])['id']}"
    response = client.patch(path, json={"tags": ["garden", 7]})
    expect(response).status(400, "a tag is a name")
    expect_tags(client.get(path), ["home"], "what was refused is not stored, not even half of it")


def test_new_tags_alone_move_updated_at(client, create, moment, after_a_tick):
    """`PATCH` with nothing but `tags` moves `updated_at` as well."""
    task = create(title="Paint", tags=["home"])
    before = moment(task, "updated_at")
    after_a_tick(before)
    response = client.patch(f"/api/tasks/{task['id']}", json={"tags": ["garden"]})
    expect(response).status(200, "the change is right")
    has_moved = moment(response.get_json()["data"], "updated_at") > before
    assert has_moved, (
        "`updated_at` is what it was. Tags are kept in another table, so the row of the task stays "
        "as it is and onupdate is never asked: set updated_at yourself"
    )


def test_deleting_a_task_keeps_the_tags_of_others(client, create, expect_tags):
    """A task with tags can be deleted, and other tasks keep the tags that they share."""
    first = create(title="Paint", tags=["home", "colour"])
    second = create(title="Sweep", tags=["home"])
    expect(client.delete(f"/api/tasks/{first['id']}")).status(204, "tags do not hold a task back")
    expect_tags(
        client.get(f"/api/tasks/{second['id']}"),
        ["home"],
        "a tag is shared: it stays for the others",
    )


@pytest.mark.parametrize("query", ["", "?tag=home"])
def test_list_does_not_ask_for_each_task(client, create, tasks_in, sql, query):
    """`GET /api/tasks{query}` needs as many SQL statements for ten tasks as for two."""
    for number in range(2):
        create(title=f"Task {number}", tags=["home", f"tag-{number}"])
    with sql() as few:
        tasks_in(client.get(f"/api/tasks{query}"))
    for number in range(2, 10):
        create(title=f"Task {number}", tags=["home", f"tag-{number}"])
    with sql() as many:
        tasks = tasks_in(client.get(f"/api/tasks{query}"))
    assert len(few) > 0, "no SQL statement ran: the list has to be read with SQLAlchemy"
    assert sum(bool(task.get("tags")) for task in tasks) == 10, "the ten tasks show their tags"
    assert len(many) == len(few), (
        f"{len(few)} statements for two tagged tasks and {len(many)} for ten: each task asks for "
        "its tags when they are first looked at. Load them together, with selectinload()"
    )
