"""API1:2023, broken object level authorization: what belongs to somebody else."""

import pytest

from workshop.suite import expect

ours = pytest.mark.task("ownership")
TITLE = "Buy a present"


@pytest.fixture
def theirs(user):
    """Return the id of a task that belongs to `user`."""
    answer = user.post(
        "/api/tasks", json={"title": TITLE, "tags": ["party"], "due_date": "2020-01-31"}
    )
    return expect(answer).status(201).json()["data"]["id"]


@ours
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"title": "Mine now", "status": "completed"}),
        ("PATCH", "", {"title": "Mine now"}),
        ("POST", "/process", None),
    ],
)
def test_task_of_another(user, stranger, theirs, method, path, body):
    """{method} /api/tasks/<id>{path} on somebody else's task is 404, and changes nothing."""
    before = user.get(f"/api/tasks/{theirs}").get_json()
    options = {"json": body} if body else {}
    answer = stranger.open(f"/api/tasks/{theirs}{path}", method=method, **options)
    expect(answer).status(404, "a 403 would say that there is such a task")
    expect(answer).contains({"error": {"code": "TASK_NOT_FOUND"}})
    after = user.get(f"/api/tasks/{theirs}")
    expect(after).status(200).equals(before, "it was refused")


@ours
def test_told_apart(stranger, theirs):
    """Somebody else's task is answered as one that there is not."""
    taken, free = stranger.get(f"/api/tasks/{theirs}"), stranger.get("/api/tasks/99999")
    expect(taken).status(404)
    pair = [
        str(answer.get_json()).replace(str(number), "N")
        for answer, number in ((taken, theirs), (free, 99999))
    ]
    is_same = pair[0] == pair[1]
    assert is_same, f"one can tell them apart: {pair[0]} and {pair[1]}"


@ours
def test_list(stranger, theirs, titles):
    """The list holds one's own tasks, and the number of these."""
    expect(stranger.post("/api/tasks", json={"title": "My own"})).status(201)
    found = titles(stranger)
    assert found == ["My own"], f"a stranger who has one task is shown {found}"
    answer = stranger.get("/api/tasks")
    expect(answer).contains({"meta": {"total": 1, "pages": 1}}, "a number tells something as well")


@ours
@pytest.mark.parametrize(
    "query",
    [
        {"q": "present"},
        {"tag": "party"},
        {"status": "pending"},
        {"due_before": "2021-01-01"},
        {"sort": "title"},
        {"page": "1", "per_page": "1"},
        {"fields": "title"},
    ],
)
def test_search(stranger, theirs, query):
    """No query finds the tasks of others ({query})."""
    answer = stranger.get("/api/tasks", query_string=query)
    expect(answer).status(200)
    found = answer.get_json()["data"]
    assert not found, f"with {query} a stranger finds {found}"
    total = answer.get_json()["meta"]["total"]
    assert total == 0, f"with {query} a stranger is told that there are {total}"


@ours
def test_stats(user, stranger, theirs):
    """The statistics count one's own tasks."""
    expect(user.get("/api/tasks/stats")).status(200)
    answer = stranger.get("/api/tasks/stats")
    expect(answer).status(200)
    nothing = {"pending": 0, "completed": 0, "total": 0, "overdue": 0}
    expect(answer).contains({"data": nothing}, "a stranger has no task; `user` has asked before")


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/stats"])
def test_tag_of_another(user, stranger, theirs, path):
    """An entity tag of `{path}` that somebody else was given is no reason for 304."""
    tag = expect(user.get(path)).status(200).header("ETag")
    answer = stranger.get(path, headers={"If-None-Match": tag})
    expect(answer).status(200, "what a client has, who was somebody else before, is not this")


def test_cache_of_another(user, stranger, titles):
    """What was kept for somebody is not shown to somebody else."""
    assert titles(user) == titles(user)
    answer = stranger.get("/api/tasks", query_string={"per_page": 100})
    expect(answer).status(200).header("X-Cache", equals="MISS", why="nobody has asked for this one")


def test_admin_sees_all(admin, user, theirs, titles):
    """An admin sees all tasks, and may change them."""
    is_there = TITLE in titles(admin)
    assert is_there, "who administers has to see what there is"
    expect(admin.patch(f"/api/tasks/{theirs}", json={"status": "completed"})).status(200)
    expect(user.get(f"/api/tasks/{theirs}")).status(200).contains({"data": {"status": "completed"}})


@pytest.mark.task("users")
def test_admin_no_more(client, admin, stranger, join, id_of, titles):
    """Who was an admin is not shown what was kept for one."""
    boss = join(client, "boss")
    changed = admin.patch(f"/api/users/{id_of(boss)}", json={"role": "admin"})
    expect(changed).status(200, "an admin makes admins: that is the task `users`")
    everything = titles(boss)
    assert everything, "an admin sees all tasks"
    admin.patch(f"/api/users/{id_of(boss)}", json={"role": "user"})
    found = titles(boss)
    assert not found, f"`boss` is no admin any more, has no task, and is shown {found}"


def test_job_of_another(user, stranger, theirs):
    """Somebody else's job is 404."""
    url = expect(user.post(f"/api/tasks/{theirs}/process")).status(202).json()["data"]["status_url"]
    expect(user.get(url)).status(200)
    expect(stranger.get(url)).status(404).contains({"error": {"code": "JOB_NOT_FOUND"}})


def test_delete_of_another(user, stranger, theirs):
    """Nobody but an admin deletes, whosever task it is."""
    refused = stranger.delete(f"/api/tasks/{theirs}")
    is_refused = refused.status_code in (403, 404)
    assert is_refused, f"a stranger who deletes is answered {refused.status_code}"
    expect(user.get(f"/api/tasks/{theirs}")).status(200)


def test_delete_of_ones_own(user, admin, theirs):
    """Not even one's own task is deleted but by an admin: 403, and it is still there, as before."""
    refused = user.delete(f"/api/tasks/{theirs}")
    expect(refused).status(403, "stage 7 has promised it").contains(
        {"error": {"code": "FORBIDDEN"}}
    )
    expect(user.get(f"/api/tasks/{theirs}")).status(200, "it was refused")
    expect(admin.delete(f"/api/tasks/{theirs}")).status(204, "an admin may")
