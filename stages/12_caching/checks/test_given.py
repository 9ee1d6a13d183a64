import re

import pytest

from workshop.suite import expect


def test_health(client):
    """`GET /health` answers as before."""
    expect(client.get("/health")).status(200).equals({"status": "ok"}, "stage 1 has promised it")


def test_tasks_need_a_token(client):
    """Nobody sees the tasks without a token, as before."""
    expect(client.get("/api/tasks")).status(401, "stage 7 has promised it")


def test_list(user):
    """Whoever logs in sees the tasks of the sample, with `meta` and links."""
    response = user.get("/api/tasks?per_page=2")
    expect(response).status(200).contains(
        {"meta": {"total": 3, "pages": 2, "page": 1, "per_page": 2}}, "stage 6 has promised it"
    )
    expect(response).header("Link", contains='rel="next"', why="stage 6 has promised it")


def test_page_past_the_end(user):
    """A page past the end is empty, and still says how many tasks there are."""
    response = user.get("/api/tasks?page=9&per_page=2")
    expect(response).status(200).contains({"data": [], "meta": {"total": 3}}, "as in stage 6")


def test_three_statements(create, user, sql):
    """A list with tags takes three statements at most, however many tasks there are."""
    for number in range(3):
        create(tags=[f"tag-{number}", "all"])
    with sql() as statements:
        expect(user.get("/api/tasks?tag=all&sort=title")).status(200)
    is_enough = len(statements) <= 3
    assert is_enough, f"it took {len(statements)}: {statements}"


def test_wrong_query(user):
    """A query that is wrong is 422, as before."""
    expect(user.get("/api/tasks?sort=colour")).status(422, "stage 6 has promised it")


def test_missing_task(user):
    """A task that is not there is 404, as before."""
    expect(user.get("/api/tasks/999")).status(404, "stage 4 has promised it")


def test_write_and_read(user, create):
    """What is created can be read, changed and read again."""
    task = create(title="Before")
    path = f"/api/tasks/{task['id']}"
    expect(user.get(path)).status(200).contains({"data": {"title": "Before"}})
    expect(user.patch(path, json={"title": "After"})).status(200)
    expect(user.get(path)).status(200).contains({"data": {"title": "After"}})


def test_delete_is_for_admins(user, admin):
    """Deleting a task needs the role admin, as before."""
    expect(user.delete("/api/tasks/1")).status(403, "stage 7 has promised it")
    expect(admin.delete("/api/tasks/1")).status(204, "stage 7 has promised it")


def test_logout(client, user):
    """A token that was logged out is refused, as before."""
    expect(user.post("/auth/logout")).status(204)
    response = user.get("/api/tasks")
    expect(response).status(401).contains({"error": {"code": "TOKEN_REVOKED"}}, "as before")


@pytest.mark.parametrize("how", ["without a tag", "with a star"])
def test_at_once(client, new_client, as_, at_write, how):
    """Of two changes at once, {how}, none that was answered 200 is lost."""
    headers = {"If-Match": "*"} if how == "with a star" else {}
    one, two = as_(client), as_(new_client(), "admin")
    changes = {"title": "Another title"}, {"status": "pending"}
    answers = at_write(
        lambda: one.patch("/api/tasks/1", json=changes[0], headers=headers),
        lambda: two.patch("/api/tasks/1", json=changes[1], headers=headers),
    )
    task = one.get("/api/tasks/1").get_json()["data"]
    for answer, change in zip(answers, changes, strict=True):
        if answer.status_code == 200:
            is_there = change.items() <= task.items()
            assert is_there, f"{change} was answered 200, and the task is {task}"
        else:
            # A star is a tag of any state, so 412 can be defended there.
            refusal = 412 if headers and answer.status_code == 412 else 409
            expect(answer).status(refusal, "the client has not said which state it means")


def test_limits(serve, as_):
    """Requests are counted, as before: a read from the cache counts as any other."""
    user = as_(serve(env={"RATELIMIT_DEFAULT": "3 per minute"}))
    for _ in range(3):
        expect(user.get("/api/tasks")).status(200)
    expect(user.get("/api/tasks")).status(429, "stage 11 has promised it")


def test_purge(cli, client, user):
    """`flask purge --days 0` removes what is completed."""
    done = cli("purge", "--days", "0")
    is_done = done.exit_code == 0
    assert is_done, f"it ends with exit code {done.exit_code}: {done.output}"
    response = user.get("/api/tasks")
    expect(response).contains({"meta": {"total": 1}}, "two of the sample are completed")


def test_drift(cli):
    """`flask db check` finds no difference between the models and the revisions."""
    done = cli("db", "check")
    is_done = done.exit_code == 0
    assert is_done, f"stage 8 has promised it:\n{done.output[-600:]}"


def test_miss_is_no_warning(log, serve, redis, as_):
    """An answer that is not in Redis yet is nothing to warn of."""
    expect(as_(serve(env={"REDIS_URL": redis.url})).get("/api/tasks")).status(200)
    warned = re.findall(r".*(?:warning|exception).*", log(), re.IGNORECASE)
    assert not warned, f"a warning for each miss buries those that matter: {warned[:2]}"
