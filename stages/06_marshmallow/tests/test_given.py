"""What works from the start, and has to go on working."""

import pytest

from workshop.suite import expect

MISSING = 4711


def test_health(client):
    """`GET /health` answers `{"status": "ok"}`."""
    response = client.get("/health")
    expect(response).status(200, "the process is alive")
    expect(response).contains({"status": "ok"}, "a load balancer reads this")


def test_request_id_is_echoed(client):
    """An `X-Request-ID` that came in sane comes back."""
    response = client.get("/api/tasks", headers={"X-Request-ID": "from-a-client-1"})
    expect(response).header(
        "X-Request-ID", equals="from-a-client-1", why="the client finds its request in the log"
    )


def test_request_id_is_made(client):
    """Where none came, or no sane one, an `X-Request-ID` is made, a new one for each request."""
    made = set()
    for sent in (None, "x" * 129, "two words", "ümlaut"):
        headers = {} if sent is None else {"X-Request-ID": sent}
        answer = client.get("/api/tasks", headers=headers)
        made.add(expect(answer).header("X-Request-ID", why="every answer has one"))
    assert len(made) == 4, f"the ids of four requests are {sorted(made)}: each has its own"
    for request_id in made:
        is_sane = 1 <= len(request_id) <= 128 and request_id.isascii() and request_id.isprintable()
        assert is_sane, f"{request_id[:200]!r} goes into the log, so it is short and visible ASCII"


def test_unknown_path_is_404(client, error_in):
    """A path that the app does not know, such as `/api/tasks/abc`, is 404 in the envelope."""
    for path in ("/api/nothing-here", "/api/tasks/abc", "/api/tasks/-1"):
        error_in(client.get(path), 404, "there is nothing at this address (RFC 9110, 15.5.5)")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_missing_task_is_404(client, error_in, method):
    """`{method}` of a task that there is not is 404 `TASK_NOT_FOUND`, whatever id and body."""
    for task_id, body in (
        (MISSING, {"title": "A", "status": "pending"}),
        (2**63, {}),
        (10**30, {}),
    ):
        sent = {} if method in ("GET", "DELETE") else {"json": body}
        response = client.open(f"/api/tasks/{task_id}", method=method, **sent)
        error = error_in(response, 404, "there is no such task, so nobody looks at the body")
        assert error["code"] == "TASK_NOT_FOUND", "programs tell by the code what is missing"


def test_delete_is_204(client):
    """`DELETE` of a task answers 204 with an empty body, and the task is gone."""
    response = client.delete("/api/tasks/1")
    expect(response).status(204, "done, and there is nothing to show (RFC 9110, 15.3.5)")
    expect(response).empty("204 means No Content")
    expect(client.get("/api/tasks/1")).status(404, "what was deleted is gone")


def test_wrong_method_is_405(client, error_in):
    """A method that there is not is 405, and `Allow` names those there are."""
    for path, wrong, allowed in (
        ("/api/tasks", "PUT", ("GET", "POST")),
        ("/api/tasks/1", "POST", ("GET", "PUT", "PATCH", "DELETE")),
    ):
        response = client.open(path, method=wrong, json={})
        error_in(response, 405, "this is not among the methods of this address")
        for method in allowed:
            expect(response).header("Allow", contains=method, why="a 405 says what there is")


def test_body_of_another_type_is_415(client, error_in):
    """`POST /api/tasks` with a form instead of JSON is 415."""
    response = client.post("/api/tasks", data={"title": "From a form"})
    error_in(response, 415, "the media type comes first: this body is not JSON")


def test_malformed_json_is_400(client, error_in):
    """`POST /api/tasks` with malformed JSON is 400."""
    for body in ('{"title": ', "", '{"title": "x"} and more', "[" * 100_000):
        response = client.post("/api/tasks", data=body, content_type="application/json")
        error_in(response, 400, "the type is right, and no JSON can be read from the content")


def test_body_that_is_no_object(client, error_in):
    """A body that is JSON but no object (`[]`, `"title"`, `3`, `null`) is 400 or 422."""
    for body in ("[]", '"title"', "3", "null"):
        response = client.post("/api/tasks", data=body, content_type="application/json")
        status = response.status_code if response.status_code in (400, 422) else 400
        error_in(response, status, "this is JSON, but there are no fields in it")


def test_trailing_slash_does_not_redirect(client, tasks_in, error_in):
    """`/api/tasks/` is the same as `/api/tasks`: neither redirects."""
    tasks_in(client.get("/api/tasks/"))
    response = client.post("/api/tasks/", data="title", content_type="text/plain")
    error_in(response, 415, "many clients lose the body of a POST when they are redirected")


def test_newest_is_first(client, tasks_in, make_equally_old):
    """The list starts with the newest task; of equally old ones, with the highest id."""
    found = [task.get("id") for task in tasks_in(client.get("/api/tasks"))]
    assert found == [3, 2, 1], "the sample has three tasks, and the list starts with the newest"
    make_equally_old()
    found = [task.get("id") for task in tasks_in(client.get("/api/tasks"))]
    assert found == [3, 2, 1], (
        "the check has given all tasks the same created_at, as a coarse clock would; then the id "
        "decides, or the order is left to chance"
    )


def test_filter_by_status(client, titles):
    """`?status=pending` lists the pending task of the sample."""
    assert titles("?status=pending") == ["Test Refactored API"], "one of the three is pending"


@pytest.mark.parametrize("env", [{}, {"FLASK_DEBUG": "1"}], ids=["plain", "debug"])
def test_bug_in_a_view_is_500_without_its_text(serve, error_in, env):
    """A view that raises is answered with 500 in the envelope, and its words stay in the log."""
    response = serve(env=env, crash_at="/api/crash").get("/api/crash")
    error_in(response, 500, "the client did nothing wrong")
    assert "secret-in-exception" not in response.get_data(as_text=True), (
        "the text of an exception tells strangers about paths, SQL and passwords"
    )


def test_two_apps_share_nothing(client, second_app, cli, new_database, tasks_in):
    """Two apps made in one process, each with its own `DATABASE_URL`, have their own tasks."""
    env = {"DATABASE_URL": new_database()}
    assert cli("init-db", "--yes", env=env).exit_code == 0, "the second database can be made"
    other = second_app(env=env)
    expect(other.delete("/api/tasks/1")).status(204, "the sample is in the second database")
    assert len(tasks_in(client.get("/api/tasks"))) == 3, "and the first one is as it was"
    assert len(tasks_in(other.get("/api/tasks"))) == 2, "one of three is gone there"


def test_init_db_makes_the_sample(cli, serve, new_database, tasks_in):
    """`flask init-db` makes a new database with the sample in it."""
    env = {"DATABASE_URL": new_database()}
    assert cli("init-db", env=env).exit_code == 0, "there is nothing to lose, so nothing to ask"
    tasks = tasks_in(serve(env=env).get("/api/tasks"))
    found = {task.get("title"): task.get("status") for task in tasks}
    assert found == {
        "Refactor with Blueprints": "completed",
        "Implement App Factory": "completed",
        "Test Refactored API": "pending",
    }, "this is the sample of stage 5"


def test_init_db_asks_before_it_deletes(cli, client, tasks_in):
    """`flask init-db` asks before it deletes what is there, and `--yes` answers for you."""
    expect(client.delete("/api/tasks/1")).status(204, "so that a new database can be told")
    for typed in ("", "n\n"):
        assert cli("init-db", typed=typed).exit_code != 0, "nobody said yes"
        assert len(tasks_in(client.get("/api/tasks"))) == 2, "so nothing was deleted"
    assert cli("init-db", "--yes").exit_code == 0, "now somebody has"
    assert len(tasks_in(client.get("/api/tasks"))) == 3, "the database is new"


def test_config_name_that_there_is_not(cli):
    """`create_app("nonsense")` is refused, and the names that there are are told."""
    done = cli("routes", app="app:create_app('nonsense')")
    assert done.exit_code != 0, "a typing error must not start the development configuration"
    assert "ValueError" in done.output, "it is a ValueError, as the caller gave a wrong value"
    for name in ("development", "testing", "production"):
        assert name in done.output, f"the message names the choices, {name} among them"


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL"])
def test_production_needs_its_secrets(cli, missing, new_database):
    """Production does not start without `{missing}`."""
    env = {"SECRET_KEY": "k" * 32, "DATABASE_URL": new_database()}
    production = "app:create_app('production')"
    done = cli("routes", env=env, app=production)
    assert done.exit_code == 0, f"with both it starts:\n{done.output[-500:]}"
    done = cli("routes", env=env | {missing: ""}, app=production)
    assert done.exit_code != 0, f"without {missing} it would run on a default that everybody knows"
    assert missing in done.output, "the message names what is missing"
