import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("create-task")

JSON = "application/json"


def created(response):
    """Expect that a task was created, and return it."""
    body = expect(response).status(201, "the request was fine, so there is a new task now").json()
    assert isinstance(body, dict), "the answer to a POST is the task that was made, an object"
    return body


def test_creates_a_task(client):
    """`POST /api/tasks` with a title answers 201 with the new task: the next id, pending."""
    expect(client.post("/api/tasks", json={"title": "Read about URL routing"})).status(
        201, "a request that creates something is answered with 201 Created (RFC 9110, 15.3.2)"
    ).contains(
        {"id": 4, "title": "Read about URL routing", "status": "pending"},
        "there are tasks 1 to 3, so this is 4; and what is new is not done yet",
    )


@pytest.mark.parametrize("body", ["{}", '{"name": "Read"}'])
def test_title_is_required(client, refused, body):
    """A body without a `title` is 400 in JSON: `{body}`."""
    refused(
        client.post("/api/tasks", data=body, content_type=JSON),
        400,
        "a task without a title is no task, and that the client forgot it is no crash",
    )


@pytest.mark.parametrize(
    "title", ["123", "0", "true", "null", '["Read"]', "[]", '{"text": "Read"}']
)
def test_title_is_text(client, refused, title):
    """A `title` that is no text is 400 in JSON: `{title}`."""
    refused(
        client.post("/api/tasks", data=f'{{"title": {title}}}', content_type=JSON),
        400,
        "JSON has numbers, lists and null as well, and only a text can be stripped: "
        "look at the type first",
    )


@pytest.mark.parametrize("title", ["", "   ", "\t\n"], ids=["empty", "blanks", "tab and newline"])
def test_blank_title_is_400(client, refused, title):
    """A `title` of nothing but white space is 400 in JSON."""
    refused(
        client.post("/api/tasks", json={"title": title}),
        400,
        "nobody can tell such a task from another: strip first, then see whether anything is left",
    )


def test_title_is_stripped(client):
    """White space around a `title` is taken off; inside it stays."""
    expect(client.post("/api/tasks", json={"title": "  Buy  milk\n"})).status(
        201, "a title with white space around it is a good title"
    ).contains(
        {"title": "Buy  milk"},
        "people paste blanks and line ends along; keep what str.strip() returns",
    )


def test_title_keeps_every_letter(client):
    """A `title` in any script comes back as it was."""
    title = "Käse kaufen 🧀 李雷"
    expect(client.post("/api/tasks", json={"title": title})).status(
        201, "a title is any text"
    ).contains({"title": title}, "JSON is Unicode, and Flask has decoded it")


def test_charset_in_content_type(client):
    """`Content-Type: application/json; charset=utf-8` is JSON too."""
    response = client.post(
        "/api/tasks",
        data='{"title": "Read"}',
        content_type="application/json; charset=utf-8",
    )
    expect(response).status(
        201, "the media type may be followed by parameters; request.is_json knows that"
    )


def test_slash_at_the_end(client):
    """`POST /api/tasks/` creates a task as well, without a redirect."""
    expect(client.post("/api/tasks/", json={"title": "Read"})).status(
        201, "many clients lose the body of a POST when they follow a redirect"
    )


def test_ids_go_up(client):
    """The second new task has the id 5."""
    created(client.post("/api/tasks", json={"title": "First"}))
    expect(client.post("/api/tasks", json={"title": "Second"})).status(
        201, "the second is created as the first was"
    ).contains({"id": 5, "title": "Second"}, "each task gets the next id, and no task the same")


def test_new_task_can_be_read(client):
    """A new task is found at its own address afterwards."""
    task = created(client.post("/api/tasks", json={"title": "Read about URL routing"}))
    expect(client.get("/api/tasks/4")).status(
        200, "201 says that it has been created, so it has to be there"
    ).equals(task, "what the POST showed is what was kept")


def test_new_task_is_in_the_list(client, entries):
    """A new task is in the list beside the others."""
    task = created(client.post("/api/tasks", json={"title": "Read about URL routing"}))
    tasks = entries(client.get("/api/tasks"))
    assert task in tasks, "201 says that it has been created, so it has to be there"
    assert len(tasks) == 4, "a new task comes beside the others"


def test_new_task_is_pending_for_the_filter(client, entries):
    """A new task is in the list of pending tasks, and is found by the search."""
    task = created(client.post("/api/tasks", json={"title": "Write a blueprint"}))
    tasks = entries(client.get("/api/tasks?status=pending"))
    assert task in tasks, "what is new is pending, also for the filter"
    expect(client.get("/api/search?q=blueprint")).contains(
        {"results": [task]}, "the search looks at the tasks as they are now"
    )


def test_client_decides_neither_id_nor_status(client):
    """An `id` or `status` in the body does not count: it is ignored, or refused with 400."""
    response = client.post("/api/tasks", json={"title": "Mine", "id": 1, "status": "completed"})
    if response.status_code != 400:
        expect(response).status(
            201, "fields that are not the client's are ignored, or a 400"
        ).contains(
            {"id": 4, "status": "pending"},
            "take the fields that a client may set, one by one; {**body} takes them all",
        )
    expect(client.get("/api/tasks/1")).contains(
        {"title": "Learn Flask Basics"}, "nobody overwrites a task by sending its id"
    )


def test_refused_task_is_not_kept(client, refused, entries):
    """After a refused title there are still three tasks."""
    refused(client.post("/api/tasks", json={"title": "  "}), 400, "a blank title is refused")
    tasks = entries(client.get("/api/tasks"))
    assert len(tasks) == 3, "check everything first, and keep the task last"


def test_two_at_once_get_two_ids(client, new_client, race, entries):
    """Two clients that create a task at the same time get two different ids, and both are kept."""
    other = new_client()
    kept = []
    for line in range(1, 200):
        answers = race(
            lambda: client.post("/api/tasks", json={"title": "First"}),
            lambda: other.post("/api/tasks", json={"title": "Second"}),
            line,
        )
        kept += [created(answer) for answer in answers]
        if len(answers) == 1:  # the view has fewer lines than that: every place was tried
            break
        assert kept[-2].get("id") != kept[-1].get("id"), (
            "a server answers requests in several threads: after one has read the next id, another "
            "can read the same before it is counted up; next() of an itertools.count() is one step"
        )
    tasks = entries(client.get("/api/tasks"))
    for task in kept:
        assert task in tasks, "each request that was answered with 201 has left its task"
