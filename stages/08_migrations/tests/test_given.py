"""What works from the start, and has to go on working."""

import pytest

from workshop.suite import expect

SAMPLE = {
    "Refactor with Blueprints": "completed",
    "Implement App Factory": "completed",
    "Test Refactored API": "pending",
}


def test_upgrade_and_seed_make_a_working_app(user):
    """`flask db upgrade` and `flask seed` make a database with the sample, and the app works."""
    response = user.get("/api/tasks")
    expect(response).status(200, "the tables are there, and the tokens of `user` are good")
    tasks = response.get_json()["data"]
    statuses = {task["title"]: task["status"] for task in tasks}
    assert statuses == SAMPLE, "a fresh database has the three tasks of the sample, and no other"


def test_sample_users_have_their_roles(user, admin):
    """The sample has `user` and `admin`, each with the role of that name."""
    for name, caller in (("user", user), ("admin", admin)):
        expect(caller.get("/auth/me")).status(200, "the token is good").contains(
            {"data": {"username": name, "role": name}}, "the sample is that of stage 7"
        )


def test_start_makes_no_tables(serve, empty, logged_in, client):
    """A server that starts on an empty database makes no tables in it."""
    logged_in(client, "user")  # on the database that has been prepared
    client = serve(env={"DATABASE_URL": empty.url})
    expect(client.get("/health")).status(200, "the server is up, whatever the database")
    logged_in(client, "user").get("/api/tasks")
    assert empty.tables() == [], (
        "tables are made by `flask db upgrade` alone. Where the app makes them at its start, with "
        "create_all(), the first revision finds them there and fails"
    )


def test_init_db_is_gone(cli, empty):
    """There is no `flask init-db` any more: `flask db upgrade` makes the tables."""
    done = cli("init-db", "--yes", env={"DATABASE_URL": empty.url})
    assert done.exit_code != 0, (
        "two ways to make tables drift apart: one of them knows nothing of the revisions"
    )
    assert empty.tables() == [], "no other way than the revisions makes tables"


def test_seed_needs_the_tables(cli, empty):
    """`flask seed` before `flask db upgrade` fails, and makes no tables."""
    done = cli("seed", env={"DATABASE_URL": empty.url})
    assert empty.tables() == [], "`flask seed` adds rows; the tables are the revisions' to make"
    assert done.exit_code != 0, (
        "nothing was added, and a script that calls `flask seed` has to learn of it by exit code"
    )


def test_unknown_configuration_is_refused(cli):
    """`create_app("nonsense")` is refused, and the message names the choices."""
    done = cli("routes", app="app:create_app('nonsense')")
    assert done.exit_code != 0, "a typing error in a name must not pick some other configuration"
    assert "production" in done.output, "the message names the configurations there are"


def test_wrong_password_and_unknown_user_are_the_same_401(client, expect_error):
    """A wrong password and an unknown user are answered with the same 401."""
    answers = [
        expect_error(
            client.post("/auth/login", json={"username": name, "password": "not this one"}),
            401,
            why="who logs in with a wrong password is nobody",
        )
        for name in ("user", "nobody")
    ]
    assert answers[0] == answers[1], "a difference would tell strangers which users there are"


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "TOKEN_MISSING"), ({"Authorization": "Bearer x.y.z"}, "TOKEN_INVALID")],
    ids=["missing", "invalid"],
)
def test_tasks_need_an_access_token(client, expect_error, headers, code):
    """A task route without a good token is 401 `{code}`, and `WWW-Authenticate` says `Bearer`."""
    response = client.get("/api/tasks", headers=headers)
    expect_error(response, 401, code, "tasks are for those who are logged in")
    expect(response).header("WWW-Authenticate", startswith="Bearer", why="RFC 9110, 15.5.2")


def test_logged_out_token_is_refused(client, logged_in, expect_error):
    """A token is refused after `POST /auth/logout`."""
    caller = logged_in(client, "user", "to be revoked")
    expect(caller.post("/auth/logout")).status(204, "the token is revoked")
    expect_error(caller.get("/api/tasks"), 401, "TOKEN_REVOKED", "a revoked token opens nothing")


def test_only_admins_delete(user, admin, create, expect_error):
    """`DELETE` of a task is 403 for a user and 204 for an admin."""
    path = f"/api/tasks/{create()['id']}"
    expect_error(user.delete(path), 403, why="deleting needs the role admin")
    expect(admin.delete(path)).status(204, "an admin may delete")
    expect_error(user.get(path), 404, "TASK_NOT_FOUND", "the task is gone")


def test_register_takes_a_name_once(client, expect_error):
    """`POST /auth/register` is 201, and 409 when the name is taken."""
    fields = {"username": "ada", "email": "ada@example.com", "password": "correct horse"}
    response = client.post("/auth/register", json=fields)
    expect(response).status(201, "the user is stored")
    expect(response).contains({"data": {"username": "ada", "role": "user"}}, "nobody picks a role")
    again = client.post("/auth/register", json=fields | {"email": "other@example.com"})
    expect_error(again, 409, why="the database holds each name once: the constraint is UNIQUE")


def test_all_faults_are_named_at_once(user, expect_error):
    """A body with faults is 422, and `details` names each of them."""
    body = {"title": " ", "status": "done", "color": "red"}
    error = expect_error(user.post("/api/tasks", json=body), 422, "VALIDATION_FAILED")
    for field in body:
        assert field in error["details"], f"`details` names `{field}`: all faults at once"


def test_put_needs_all_that_is_required(user, create, expect_error):
    """`PUT` without `status` is 422, and an empty `PATCH` is refused."""
    path = f"/api/tasks/{create()['id']}"
    error = expect_error(user.put(path, json={"title": "Anew"}), 422, "VALIDATION_FAILED")
    assert "status" in error["details"], "PUT replaces the whole task, so it needs all of it"
    expect_error(user.patch(path, json={}), 422, why="an empty change can only be a mistake")


def test_new_task_has_owner_and_tags(create, user):
    """A new task is owned by whoever sent it, and keeps its tags."""
    task = create(tags=["home", "green"])
    expect(user.get(f"/api/tasks/{task['id']}")).contains(
        {"data": {"tags": ["green", "home"], "owner_id": task["owner_id"]}}, "it was stored"
    )
    me = user.get("/auth/me").get_json()["data"]
    assert task["owner_id"] == me["id"], "the owner is the user of the token"


def test_list_has_pages(user):
    """The list has pages, with `meta` and `links`."""
    response = user.get("/api/tasks?per_page=2&page=1")
    meta = {"page": 1, "per_page": 2, "total": 3, "pages": 2}
    expect(response).contains({"meta": meta}, "three tasks of the sample are two pages of two")
    assert "next" in response.get_json()["links"], "a client follows `next`, and builds no address"
    beyond = user.get("/api/tasks?page=99")
    expect(beyond).status(200, "a page past the end is empty").contains({"data": []})


def test_list_is_sorted_searched_and_cut(user, expect_error):
    """The list knows `sort`, `q`, `status` and `fields`, and refuses what it does not know."""
    response = user.get("/api/tasks?sort=title&fields=title")
    expect(response).contains({"data": [{"title": title} for title in sorted(SAMPLE)]})
    found = user.get("/api/tasks?q=factory&status=completed").get_json()["data"]
    assert [task["title"] for task in found] == ["Implement App Factory"], "`q` searches titles"
    expect(user.get("/api/tasks?q=%25")).contains({"data": []}, "% stands for itself")
    error = expect_error(user.get("/api/tasks?sort=color"), 422, "VALIDATION_FAILED")
    assert "sort" in error["details"], "what cannot be sorted by is refused by name"


def test_request_id_comes_back(client):
    """`X-Request-ID` comes back as it was sent, and is made when it was not."""
    sent = client.get("/health", headers={"X-Request-ID": "abc-123"})
    expect(sent).header("X-Request-ID", equals="abc-123", why="logs are joined by it")
    expect(client.get("/health")).header("X-Request-ID", why="each request has one")


def test_errors_have_the_envelope(user, expect_error):
    """404, 405, 415 and malformed JSON are answered in the envelope."""
    expect_error(user.get("/api/nothing-here"), 404, why="there is nothing at this address")
    expect_error(user.get("/api/tasks/9223372036854775808"), 404, "TASK_NOT_FOUND", "no such id")
    refused = user.delete("/api/tasks")
    expect_error(refused, 405, why="nobody can delete all tasks at once")
    expect(refused).header("Allow", contains="POST", why="a 405 says what there is instead")
    expect_error(user.post("/api/tasks", data={"title": "x"}), 415, why="a form is no JSON")
    broken = user.post("/api/tasks", data="{", content_type="application/json")
    expect_error(broken, 400, why="the type is right and the content is not")


def test_trailing_slash_is_the_same_resource(user):
    """`POST /api/tasks/` is the same as `POST /api/tasks`."""
    response = user.post("/api/tasks/", json={"title": "Slashed"})
    expect(response).status(201, "many clients lose the body of a POST when they are redirected")


def test_bug_in_a_view_is_500_without_its_text(serve, expect_error):
    """A view that raises is answered with 500 in the envelope, and its words stay in the log."""
    response = serve(crash_at="/api/crash").get("/api/crash")
    expect_error(response, 500, why="the client did nothing wrong")
    assert "secret-in-exception" not in response.get_data(as_text=True), (
        "the text of an exception tells strangers about paths, SQL and passwords"
    )


def test_new_id_is_not_that_of_a_deleted_task(admin, create):
    """The id of a deleted task is not given to the next one."""
    old = create()["id"]
    expect(admin.delete(f"/api/tasks/{old}")).status(204, "an admin may delete")
    assert create()["id"] != old, "an old link must not show another task: AUTOINCREMENT keeps ids"
