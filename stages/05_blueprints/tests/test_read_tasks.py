from datetime import UTC, datetime, timedelta

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("read-tasks")

FIELDS = {
    "id": int,
    "title": str,
    "description": str,
    "status": str,
    "tags": list,
    "created_at": str,
    "updated_at": str,
}


def ids(tasks):
    return [task.get("id") for task in tasks]


def test_list_is_the_sample(client, tasks_in, sample):
    """`GET /api/tasks` lists the three tasks of the sample, two of them completed."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert {task.get("title"): task.get("status") for task in tasks} == sample, (
        "`flask init-db` has filled the database, and the list is what is in there"
    )
    assert len(tasks) == 3, "each of them once"
    assert all(str(task.get("description")).strip() for task in tasks), "each says what to do"


def test_task_has_all_fields(client, tasks_in, moment):
    """A task has `id, title, description, status, tags, created_at, updated_at`, as in stage 4."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert len(tasks) == 3, "the sample is there"
    for task in tasks:
        for field, kind in FIELDS.items():
            assert isinstance(task.get(field), kind), f"`{field}` is a {kind.__name__}"
        off = abs(moment(task, "created_at") - datetime.now(UTC))
        is_now = off < timedelta(minutes=10)
        assert is_now, f"`created_at` is off by {off}: it is the time in UTC"


def test_newest_is_first(client, tasks_in, database):
    """The newest task comes first; of two from the same moment the one with the higher id."""
    for _ in range(2):
        found = ids(tasks_in(client.get("/api/tasks")))
        assert len(found) == 3, "the sample is there"
        assert found == sorted(found, reverse=True), (
            "a database promises no order unless the query asks for one: by created_at downwards "
            "and, as tasks can have the same time (here the check sees to it), by id downwards"
        )
        database.make_equally_old()


@pytest.mark.parametrize(
    ("query", "count"), [("status=pending", 1), ("status=completed", 2), ("status=pend", 0)]
)
def test_filter_by_status(client, tasks_in, query, count):
    """`GET /api/tasks?{query}` lists {count} of the sample."""
    response = client.get(f"/api/tasks?{query}")
    if query == "status=pend" and response.status_code == 400:
        return  # to refuse a status that there is not is fine as well
    found = tasks_in(response)
    wanted = query.partition("=")[2]
    assert [task.get("status") for task in found] == [wanted] * count, (
        "the view reads the query string and hands it to the service, which knows no request"
    )


def test_tag_that_no_task_has(client):
    """`?tag=nothing` is an empty list with 200: the sample has no tags."""
    for tag in ("nothing", "%25", "' OR '1'='1"):
        response = client.get(f"/api/tasks?tag={tag}")
        expect(response).status(200, "the list is there, it is only empty: that is no 404")
        expect(response).contains(
            {"status": "success", "data": []},
            "the view hands the tag on, and the service lists the tasks that have a tag of this "
            "very name",
        )


def test_odd_queries(client):
    """A `?status=` or `?tag=` that is odd, or comes twice, is an answer in the envelope, no 500."""
    expect(client.get("/api/tasks")).status(200, "the list is there")
    odd = ("%00", "%FF", "%ED%A0%80", "", "x" * 3000, "%1B[2J", "pending&status=x", "a&tag=b")
    for query in [f"{name}={value}" for name in ("status", "tag") for value in odd]:
        response = client.get(f"/api/tasks?{query}")
        if response.status_code != 200:
            expect(response).status(400, "what comes from outside is looked for, or refused")
            expect(response).contains({"status": "error"}, "every error has the envelope")


def test_list_with_a_trailing_slash(client, tasks_in):
    """`GET /api/tasks/` is the same list as `GET /api/tasks`."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert tasks_in(client.get("/api/tasks/")) == tasks, "both addresses name one resource"


def test_list_does_not_ask_for_each_task(client, tasks_in, sql):
    """`GET /api/tasks` needs as many SQL statements for three tasks as for one."""
    with sql() as for_one:
        assert len(tasks_in(client.get("/api/tasks?status=pending"))) == 1, "one is pending"
    with sql() as for_three:
        assert len(tasks_in(client.get("/api/tasks"))) == 3, "the sample has three"
    assert len(for_one) > 0, "no SQL statement ran: the list comes from the database, each time"
    assert len(for_three) == len(for_one), (
        f"{len(for_one)} statements for one task and {len(for_three)} for three: each task asks "
        "for its tags when they are first looked at. Load them together, with selectinload()"
    )


def test_head_is_get_without_the_body(client):
    """`HEAD /api/tasks` and `HEAD /api/tasks/1` are answered like `GET`, without the body."""
    for path in ("/api/tasks", "/api/tasks/1"):
        expect(client.head(path)).status(200, "HEAD is GET without the content").empty()


def test_task_is_found_by_its_id(client, tasks_in):
    """`GET /api/tasks/<id>` answers with the task that the list shows under this id."""
    tasks = tasks_in(client.get("/api/tasks"))
    assert len(tasks) == 3, "the sample is there"
    for task in tasks:
        response = client.get(f"/api/tasks/{task.get('id')}")
        expect(response).status(200, "the list shows this id, so there is such a task")
        expect(response).contains(
            {"status": "success", "data": task}, "a task looks the same alone and in the list"
        )


@pytest.mark.parametrize("task_id", [999, 2**63])
def test_missing_task_is_404(client, expect_error, task_id):
    """`GET /api/tasks/{task_id}` is 404 `TASK_NOT_FOUND`, and the message names the id."""
    error = expect_error(
        client.get(f"/api/tasks/{task_id}"),
        404,
        "no task has this id; one beyond 64 bits must not reach the driver, which raises",
    )
    assert error["code"] == "TASK_NOT_FOUND", "programs tell by the code what is missing"
    assert str(task_id) in error["message"], "the message says which task is not there"


def test_database_without_tables_is_500(serve, new_database, expect_error):
    """On a database that nobody has prepared, the list is 500 in the envelope, without SQL."""
    for debug in ("0", "1"):
        env = {"DATABASE_URL": new_database(), "FLASK_DEBUG": debug}
        response = serve(env=env).get("/api/tasks")
        response.exchange.note = "the check names a database that `flask init-db` has not seen"
        expect_error(response, 500, "an operator forgot a step, and the log says which")
        text = response.get_data(as_text=True).lower()
        assert "no such table" not in text, "a client learns nothing about tables from an error"
        assert "select" not in text, "a client learns nothing about tables from an error"
