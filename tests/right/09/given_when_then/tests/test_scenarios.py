"""Scenarios: given, when, then."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from app import create_app
from app.extensions import db
from app.models import User


def flask(world, *words):
    with world.app.app_context():
        return world.app.test_cli_runner().invoke(args=words)


def titles(world, query=""):
    world.when(f"GET /api/tasks{query}")
    return [task["title"] for task in world.then(200)]


def test_creating(world):
    world.when("POST /api/tasks", {"title": " Sing ", "tags": ["b", "a"], "due_date": "2040-01-01"})
    task = world.then(201)
    assert (task["title"], task["tags"], task["due_date"]) == ("Sing", ["a", "b"], "2040-01-01")
    assert (task["status"], task["owner_id"]) == ("pending", world.people["ann"])


def test_finding_what_was_created(world):
    location = world.when("POST /api/tasks", {"title": "Sing"}).headers.get("Location", "nowhere")
    world.when(f"GET {location}")
    assert world.then(200)["title"] == "Sing"


def test_changing_a_part(world):
    url = world.given_a_task("ann", description="Loud", tags="art", due_date=date(2040, 1, 1))
    world.when(f"PATCH {url}", {"status": "completed"})
    world.when(f"GET {url}")
    task = world.then(200)
    kept = (task["description"], task["tags"], task["due_date"])
    assert kept == ("Loud", ["art"], "2040-01-01")
    assert task["status"] == "completed"


def test_replacing(world):
    url = world.given_a_task("ann", description="Loud", tags="art", due_date=date(2040, 1, 1))
    world.when(f"PUT {url}", {"title": "Hum", "status": "pending"})
    task = world.then(200)
    assert (task["title"], task["description"]) == ("Hum", "")
    assert (task["tags"], task["due_date"]) == ([], None)


def test_dating_a_change(world):
    old = datetime(2010, 1, 1, tzinfo=UTC)
    url = world.given_a_task("ann", created_at=old, updated_at=old)
    world.when(f"PATCH {url}", {"title": "Hum"})
    task = world.then(200)
    assert task["created_at"] < task["updated_at"]


def test_deleting(world):
    url = world.given_a_task("ann")
    world.when_acting_as("bob")
    world.when(f"DELETE {url}")
    assert world.then(204) is None
    world.when(f"GET {url}")
    world.then(404, "TASK_NOT_FOUND")


def test_deleting_without_the_right(world):
    url = world.given_a_task("ann")
    world.when(f"DELETE {url}")
    world.then(403, "FORBIDDEN")
    world.when(f"GET {url}")
    world.then(200)


def test_deleting_after_a_demotion(world):
    url = world.given_a_task("ann")
    world.when_acting_as("bob")
    world.given_the_role("bob", "user")
    world.when(f"DELETE {url}")
    world.then(403, "FORBIDDEN")


@pytest.mark.parametrize("title", [None, 1, "", "    ", "x" * 151])
def test_bad_titles(world, title):
    world.when("POST /api/tasks", {"title": title})
    assert list(world.then(422, "VALIDATION_FAILED")) == ["title"]


def test_the_longest_title(world):
    world.when("POST /api/tasks", {"title": "x" * 150})
    world.then(201)


def test_fields_that_there_are_not(world):
    world.when("POST /api/tasks", {"title": "Sing", "colour": "red", "status": "new"})
    assert set(world.then(422, "VALIDATION_FAILED")) == {"colour", "status"}


def test_changing_nothing(world):
    world.when(f"PATCH {world.given_a_task('ann')}", {})
    world.then(422, "VALIDATION_FAILED")


def test_bodies_that_are_no_objects(world):
    world.when("POST /api/tasks", [])
    world.then(400)
    world.when("POST /api/tasks", data="{", content_type="application/json")
    world.then(400)
    world.when("POST /api/tasks", data="{}", content_type="text/plain")
    world.then(415)


def test_filtering(world):
    world.given_a_task("ann", title="one", status="completed", due_date=date(2040, 1, 1))
    world.given_a_task(
        "ann", title="two", tags="t", description="Number 2", due_date=date(2040, 1, 2)
    )
    world.given_a_task("ann", title="three")
    assert titles(world, "?status=completed") == ["one"]
    assert titles(world, "?tag=t") == ["two"]
    assert titles(world, "?due_before=2040-01-02") == ["one"]
    assert titles(world, "?q=number") == ["two"]
    assert titles(world, "?q=%25") == titles(world, "?q=_") == []


def test_sorting(world):
    for title in "bca":
        world.given_a_task("ann", title=title)
    assert titles(world) == ["a", "c", "b"]
    assert titles(world, "?sort=title") == ["a", "b", "c"]
    assert titles(world, "?sort=-title") == ["c", "b", "a"]


def test_paging(world):
    for title in "abcd":
        world.given_a_task("ann", title=title, status="completed")
    world.given_a_task("ann", title="e")
    world.when("GET /api/tasks?per_page=2&sort=title&status=completed")
    first = world.answer.json
    world.when(f"GET {first['links']['next']}")
    second = world.answer.json
    assert [task["title"] for task in first["data"] + second["data"]] == ["a", "b", "c", "d"]
    assert second["meta"] == {"page": 2, "per_page": 2, "total": 4, "pages": 2}
    assert second["links"]["next"] is None
    assert second["links"]["prev"] == first["links"]["self"]


@pytest.mark.parametrize("query", ["page=0", "per_page=101", "sort=x", "fields=x", "status=x"])
def test_queries_without_meaning(world, query):
    world.when(f"GET /api/tasks?{query}")
    assert list(world.then(422, "VALIDATION_FAILED")) == [query.split("=")[0]]


def test_choosing_fields(world):
    world.given_a_task("ann", title="one")
    world.when("GET /api/tasks?fields=title,status")
    assert world.then(200) == [{"title": "one", "status": "pending"}]


def test_registering_and_logging_in(world):
    world.headers = {}
    mail = {"email": "New@given.example"}
    world.when("POST /auth/register", {"username": "new", "password": "something"} | mail)
    user = world.then(201)
    assert sorted(user) == ["created_at", "email", "id", "role", "username"]
    assert user["role"] == "user"
    world.when("POST /auth/register", {"username": "new2", "password": "something"} | mail)
    world.then(409, "USER_EXISTS")
    world.when("POST /auth/login", {"username": "new", "password": "something"})
    world.then(200)


def test_registering_under_a_name_that_is_taken(world):
    body = {"username": "ann", "email": "ann2@given.example", "password": "something"}
    world.when("POST /auth/register", body)
    assert list(world.then(409, "USER_EXISTS")) == ["username"]


def test_registering_as_an_admin(world):
    body = {"username": "x.y", "email": "x@given.example", "password": "something"}
    world.when("POST /auth/register", body | {"role": "admin"})
    assert list(world.then(422, "VALIDATION_FAILED")) == ["role"]


def test_logging_in(world):
    answers = []
    for name, password in (("ann", "secret"), ("ann", "guess"), ("who", "secret")):
        world.when("POST /auth/login", {"username": name, "password": password})
        answers.append(world.answer)
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert answers[1].json == answers[2].json
    assert answers[0].json["access_token"]


def test_without_a_token(world):
    url = world.given_a_task("ann")
    world.headers = {}
    for request in ("GET /api/tasks", f"GET {url}", f"DELETE {url}", "GET /auth/me"):
        world.when(request)
        world.then(401, "TOKEN_MISSING")
        assert world.answer.headers.get("WWW-Authenticate") == "Bearer"


def test_with_an_expired_token(world):
    world.when_acting_as("ann", expires_delta=timedelta(minutes=-5))
    world.when("GET /api/tasks")
    world.then(401, "TOKEN_EXPIRED")


def test_with_tokens_of_the_wrong_kind(world):
    world.when("POST /auth/refresh")
    world.then(401, "TOKEN_WRONG_TYPE")
    world.when_acting_as("ann", refresh=True)
    world.when("GET /api/tasks")
    world.then(401, "TOKEN_WRONG_TYPE")
    world.when("POST /auth/refresh")
    world.then(200)


def test_with_nonsense_for_a_token(world):
    world.headers = {"Authorization": "Bearer nonsense"}
    world.when("GET /api/tasks")
    world.then(401, "TOKEN_INVALID")


def test_logging_out(world):
    before = world.headers
    world.when("POST /auth/logout")
    world.then(204)
    world.when_acting_as("ann")
    world.when("POST /auth/logout")
    world.headers = before
    world.when("GET /auth/me")
    world.then(401, "TOKEN_REVOKED")


def test_losing_the_way(world):
    world.when("GET /somewhere")
    assert world.then(404, "NOT_FOUND") == {}
    world.when("DELETE /api/tasks")
    world.then(405, "METHOD_NOT_ALLOWED")
    assert "POST" in world.answer.headers.get("Allow", "")


def test_naming_a_request(world):
    for name, back in (("r-1", True), ("r 1", False), ("r" * 129, False)):
        world.when("GET /health", headers={"X-Request-ID": name})
        assert (world.answer.headers["X-Request-ID"] == name) is back


def test_two_people_of_one_name(world):
    with pytest.raises(Exception, match="UNIQUE constraint failed"), world.app.app_context():
        db.session.add(User(username="ann", email="other", password_hash="!"))  # noqa: S106
        db.session.commit()


def test_migrating_rows(file_world, tmp_path: Path):
    assert flask(file_world, "db", "upgrade", "0001").exit_code == 0
    with sqlite3.connect(tmp_path / "scenario.db") as connection:
        connection.executescript(
            """
            INSERT INTO users VALUES (1, 'ann', 'ann@given.example', '!', 'user', '2020-01-01');
            INSERT INTO tags VALUES (1, 'old');
            INSERT INTO tasks VALUES (1, 'T', '', 'pending', 1, '2020-01-01', '2020-01-01');
            INSERT INTO task_tags VALUES (1, 1);
            """
        )

    for words in (["upgrade"], ["downgrade", "0001"], ["upgrade"], ["check"]):
        result = flask(file_world, "db", *words)
        assert result.exit_code == 0, result.output

    with sqlite3.connect(tmp_path / "scenario.db") as connection:
        assert connection.execute("SELECT title, due_date FROM tasks").fetchall() == [("T", None)]
        assert connection.execute("SELECT * FROM task_tags").fetchall() == [(1, 1)]
    connection.close()


def test_seeding_where_it_must_not_be(file_world, tmp_path: Path):
    flask(file_world, "db", "upgrade")
    flask(file_world, "seed")
    connection = sqlite3.connect(tmp_path / "scenario.db")
    assert connection.execute("SELECT username FROM users").fetchall() == []
    connection.close()


def test_seeding_twice(file_world, tmp_path: Path):
    flask(file_world, "db", "upgrade")
    file_world.app.config["SAMPLE_DATA"] = True
    assert [flask(file_world, "seed").exit_code for _ in range(2)] == [0, 0]
    connection = sqlite3.connect(tmp_path / "scenario.db")
    assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (3,)
    connection.close()


def test_choosing_a_configuration():
    with pytest.raises(ValueError, match="production"):
        create_app("none")
