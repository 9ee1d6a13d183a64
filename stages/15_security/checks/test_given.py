"""What works from the start, and has to go on working: a door that is closed closes no other one.

What has to do with a risk of OWASP's list is in the file of that risk.
"""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from workshop.suite import expect

TASK = {
    "title": "Water the plants",
    "description": "All of them",
    "status": "completed",
    "tags": ["green", "home"],
    "due_date": "2030-01-31",
}


@pytest.fixture
def path(user):
    """Return the path of a new task of `user`."""
    made = expect(user.post("/api/tasks", json=TASK)).status(201).json()
    return f"/api/tasks/{made['data']['id']}"


@pytest.fixture
def listed():
    """Return a function that returns the tasks on a caller's page, in their order."""

    def listed(caller, **query):
        answer = caller.get("/api/tasks", query_string=query)
        return expect(answer).status(200).json()["data"]

    return listed


def test_create(user):
    """A new task is answered with 201, and its `Location` leads to it, as before."""
    answer = user.post("/api/tasks", json=TASK)
    expect(answer).status(201, "something was made").contains({"data": TASK})
    address = expect(answer).header("Location", why="a client goes where it says")
    expect(user.get(address)).status(200).contains({"data": TASK})


def test_patch(user, path):
    """`PATCH` changes what it was given, and nothing else, as before."""
    expect(user.patch(path, json={"title": "Water one plant"})).status(200)
    wanted = TASK | {"title": "Water one plant"}
    expect(user.get(path)).contains({"data": wanted}, "a default is for new tasks")


def test_updated_at(launcher, clock, user, path):
    """A change moves `updated_at`, and leaves `created_at` as it was, as before."""
    before = expect(user.get(path)).status(200).json()["data"]
    clock.move(60)
    answer = user.patch(path, json={"tags": ["green"]})
    answer.exchange.note = "the check has let a minute pass"
    expect(answer).status(200).contains({"data": {"created_at": before["created_at"]}})
    moments = [task["updated_at"] for task in (before, answer.get_json()["data"])]
    is_moved = datetime.fromisoformat(moments[0]) < datetime.fromisoformat(moments[1])
    assert is_moved, f"`updated_at` was {moments[0]}, and a minute later it is {moments[1]}"


def test_deleted(admin, user, path, titles):
    """What was deleted is gone, as before: it is 404, and not in the list."""
    expect(user.get(path)).status(200)
    expect(admin.delete(path)).status(204).empty()
    expect(user.get(path)).status(404).contains({"error": {"code": "TASK_NOT_FOUND"}})
    is_listed = TASK["title"] in titles(user)
    assert not is_listed, "the list has the task still, which was deleted"


WRONG = {
    "a blank title": {"title": "   "},
    "a title of 151 characters": {"title": "x" * 151},
    "a status that there is not": {"status": "done"},
    "tags that are no list": {"tags": "home"},
    "a field that there is not": {"color": "red"},
}


@pytest.mark.parametrize("kind", WRONG)
def test_refused(user, path, kind):
    """A task with {kind} is 422, and `details` names the field, as before."""
    for answer in (
        user.post("/api/tasks", json={"title": "A right one"} | WRONG[kind]),
        user.patch(path, json=WRONG[kind]),
    ):
        expect(answer).status(422, "stage 6 has promised it")
        expect(answer).contains({"error": {"code": "VALIDATION_FAILED"}})
        details = answer.get_json()["error"]["details"]
        missing = sorted(WRONG[kind].keys() - details.keys())
        assert not missing, f"`details` does not name {missing}, so a client has to guess"
    expect(user.get(path)).contains({"data": TASK}, "it was refused")


@pytest.mark.parametrize("status", ["pending", "completed"])
def test_status(user, path, listed, status):
    """`status={status}` lists the tasks of this status, and no others, as before."""
    wanted = [task["title"] for task in listed(user) if task["status"] == status]
    found = [task["title"] for task in listed(user, status=status)]
    assert found == wanted, f"{wanted} are {status}, and listed are {found}"


@pytest.mark.parametrize(("day", "count"), [("2030-01-31", 0), ("2030-02-01", 1)])
def test_due_before(user, path, listed, day, count):
    """`due_before={day}` lists what is due before that day, and not on it, as before."""
    found = [task["due_date"] for task in listed(user, due_before=day)]
    wanted = [TASK["due_date"]] * count
    assert found == wanted, f"one task is due, on {TASK['due_date']}; before {day} it is {found}"


@pytest.mark.parametrize("q", ["%", "_"])
def test_wildcards(user, listed, q):
    """A `{q}` in a search stands for itself, as before."""
    title = f"A {q} in a title"
    expect(user.post("/api/tasks", json={"title": title})).status(201)
    found = [task["title"] for task in listed(user, q=q)]
    assert found == [title], f"q={q} finds {found}"


def test_sort(user, path, listed):
    """`sort` sorts a list upwards, and with a `-` downwards, as before."""
    up, down = ([task["title"] for task in listed(user, sort=s)] for s in ("title", "-title"))
    assert up == sorted(up), f"sort=title begins with {up[:2]}"
    assert down == sorted(up, reverse=True), f"sort=-title begins with {down[:2]}"


def test_next(user, path, listed):
    """Who follows `next` of a filtered list meets what fits, page by page, and then the end."""
    wanted = [task["id"] for task in listed(user, status="completed", sort="id")]
    found, address = [], "/api/tasks?status=completed&sort=id&per_page=1"
    while address and len(found) <= len(wanted):
        answer = expect(user.get(address)).status(200).json()
        found.append([task["id"] for task in answer["data"]])
        address = answer["links"].get("next")
    assert found == [[number] for number in wanted], (
        f"the tasks {wanted} are completed, and on the pages are {found}"
    )


def test_wrong_method(user):
    """A wrong method is 405, and `Allow` names the right ones, as before."""
    answer = user.delete("/api/tasks")
    expect(answer).status(405, "nobody deletes all tasks at once")
    for method in ("GET", "POST"):
        expect(answer).header("Allow", contains=method, why="RFC 9110, section 15.5.6")


def test_request_id(client):
    """The id that a client gives to a request comes back, as before."""
    answer = client.get("/health", headers={"X-Request-ID": "abc-123"})
    expect(answer).header("X-Request-ID", equals="abc-123", why="logs are joined by it")


def test_one_name(client, join):
    """A name is taken once, as before."""
    join(client, "grace")
    body = {"username": "grace", "email": "another@example.com", "password": "a long password"}
    answer = client.post("/auth/register", json=body)
    expect(answer).status(409, "who logs in with it, who is that?")


@pytest.fixture
def down_and_up(cli, new_database):
    """Return a function that takes the database down to the first revision, and up again."""

    def run(*words, env=None):
        done = cli("db", *words, env=env)
        is_done = done.exit_code == 0
        assert is_done, f"`flask db {' '.join(words)}` fails:\n{done.output[-600:]}"

    def down_and_up():
        url = new_database()
        run("upgrade", "+1", env={"DATABASE_URL": url})
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            first = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        run("downgrade", first)
        run("upgrade")

    return down_and_up


DOWN_AND_UP = (
    "the check has called `flask db downgrade`, to the first revision, and `upgrade` before"
)


def test_down_and_up(user, path, down_and_up, serve, as_):
    """Down to the first revision and up again, tasks have their tags and owners, as before."""
    before = expect(user.get(path)).status(200).json()["data"]
    down_and_up()
    wanted = {name: before[name] for name in ("title", "description", "tags", "owner_id")}
    answer = as_(serve()).get(path)
    answer.exchange.note = DOWN_AND_UP
    expect(answer).status(200).contains(
        {"data": wanted}, "a revision that makes a table anew keeps what refers to it"
    )


def test_old_tasks(user, path, down_and_up, serve, as_):
    """Tasks from before there was a `due_date` are due on no day, as before."""
    down_and_up()  # with the column goes the day
    answer = as_(serve()).get(path)
    answer.exchange.note = DOWN_AND_UP
    expect(answer).status(200).contains(
        {"data": {"due_date": None}}, "nobody has said when they are due"
    )


def test_drift(cli):
    """`flask db check` finds no difference between the models and the revisions, as before."""
    done = cli("db", "check")
    is_done = done.exit_code == 0
    assert is_done, f"stage 8 has promised it:\n{done.output[-600:]}"


def test_seed_in_production(cli, serve, new_database):
    """`flask seed` adds nobody in production, as before."""
    env = {"DATABASE_URL": new_database()}
    production = {
        "FLASK_CONFIG": "production",
        "SECRET_KEY": "0123456789abcdef" * 3,
        "SMTP_URL": "smtp://127.0.0.1:25",
        "MAIL_FROM": "api@example.com",
    }
    done = cli("db", "upgrade", env=env | production)
    is_done = done.exit_code == 0
    assert is_done, f"`flask db upgrade` fails in production: {done.output[-400:]}"
    cli("seed", env=env | production)
    body = {"username": "admin", "password": "password"}
    answer = serve(env=env).post("/auth/login", json=body)
    answer.exchange.note = "the check has called `flask seed` with FLASK_CONFIG=production before"
    expect(answer).status(401, "whoever has read the lesson knows this password")
