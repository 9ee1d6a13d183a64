import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("require-tokens")

TASK = {"title": "Buy ink", "status": "pending"}
REQUESTS = [
    ("GET", "/api/tasks"),
    ("GET", "/api/tasks/"),
    ("POST", "/api/tasks"),
    ("GET", "/api/tasks/1"),
    ("PUT", "/api/tasks/1"),
    ("PATCH", "/api/tasks/1"),
    ("DELETE", "/api/tasks/1"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_token_is_needed(client, refused, method, path):
    """`{method} {path}` without a token is 401 `TOKEN_MISSING`."""
    body = TASK if method in ("POST", "PUT", "PATCH") else None
    answer = client.open(path, method=method, json=body)
    refused(answer, 401, "every task route needs an access token", "TOKEN_MISSING")


def test_token_in_the_address_is_not_taken(client, tokens_of, refused):
    """A token in the address instead of the header is 401: addresses are logged and shared."""
    token = tokens_of("user")["access_token"]
    answer = client.get("/api/tasks", query_string={"jwt": token, "access_token": token})
    refused(answer, 401, "a token belongs into the header `Authorization`")


def test_stranger_does_not_learn_which_tasks_there_are(client, refused):
    """An unknown task without a token is 401, and not 404, whatever the method."""
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        body = TASK if method in ("PUT", "PATCH") else None
        answer = client.open("/api/tasks/999999", method=method, json=body)
        refused(answer, 401, "404 would tell strangers which ids there are", "TOKEN_MISSING")


def test_stranger_gets_no_advice(client, refused):
    """A bad body without a token is 401, and not 400, 415 or 422."""
    for method, path in (
        ("POST", "/api/tasks"),
        ("PUT", "/api/tasks/1"),
        ("PATCH", "/api/tasks/1"),
    ):
        for body in ({"json": {"title": ""}}, {"data": "{", "content_type": "application/json"}):
            answer = client.open(path, method=method, **body)
            refused(answer, 401, "first who, then what: the token is checked before the body")


def test_nothing_happens_without_a_token(client, logged_in):
    """What was sent without a token, or with a bad one, changes nothing."""
    user = logged_in("user")
    before = user.get("/api/tasks").get_json()
    client.post("/api/tasks", json=TASK)
    client.patch("/api/tasks/1", json={"title": "Taken over"})
    client.delete("/api/tasks/2", headers={"Authorization": "Bearer x.y.z"})
    after = user.get("/api/tasks")
    expect(after).status(200, "`user` has a good token")
    assert after.get_json() == before, "a refused request leaves everything as it was"


def test_bad_tokens_are_refused(holding, tokens_of, forge, refused, long_ago):
    """The task routes refuse every bad token with its code, as `/auth/me` does."""
    tokens = tokens_of("user")
    access = tokens["access_token"]
    for token, code in (
        ("x.y.z", "TOKEN_INVALID"),
        (forge(access, key="another key of at least 32 characters"), "TOKEN_INVALID"),
        (forge(access, **long_ago), "TOKEN_EXPIRED"),
        (tokens["refresh_token"], "TOKEN_WRONG_TYPE"),
    ):
        refused(holding(token).get("/api/tasks"), 401, "this token is not good", code)


def test_token_of_a_deleted_user_is_401(logged_in, database, refused):
    """A deleted user can neither read nor make tasks with the token that is left."""
    admin = logged_in("admin")
    database.delete_user("admin")
    refused(admin.get("/api/tasks"), 401, "the token is of nobody any more")
    refused(admin.post("/api/tasks", json=TASK), 401, "the task would be nobody's")


@pytest.mark.parametrize("name", ["user", "admin"])
def test_task_is_its_creators(logged_in, task_in, name):
    """A task that `{name}` makes has the `owner_id` of `{name}`."""
    creator = logged_in(name)
    me = creator.get("/auth/me")
    expect(me).status(200, "the token is good")
    task = task_in(creator.post("/api/tasks", json={"title": "Mine"}), 201)
    wanted = {"data": {"owner_id": me.get_json()["data"]["id"]}}
    expect(creator.get(f"/api/tasks/{task['id']}")).contains(
        wanted, "the owner is whose token was sent"
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_owner_stays(logged_in, task_in, method):
    """`{method}` by somebody else leaves the owner of a task as it was."""
    mine = task_in(logged_in("user").post("/api/tasks", json={"title": "Mine"}), 201)
    answer = logged_in("admin").open(f"/api/tasks/{mine['id']}", method=method, json=TASK)
    expect(answer).contains({"data": {"owner_id": mine["owner_id"]}}, "who helps does not own")


def test_owner_is_shown_in_the_list(logged_in):
    """The list shows the `owner_id` of each task, and `?fields=owner_id` that alone."""
    user = logged_in("user")
    expect(user.get("/auth/me")).status(200, "the token is good")
    for query in ("", "?fields=id,owner_id"):
        for task in user.get(f"/api/tasks{query}").get_json()["data"]:
            assert isinstance(task.get("owner_id"), int), "each task has an owner"
