"""Journeys, many of them in tables: (what is sent, what comes of it)."""

from datetime import UTC, datetime, timedelta

import pytest
from app import create_app
from app.extensions import db
from app.fields import Names
from app.models import RevokedToken, Task, User
from flask_migrate import downgrade, upgrade
from marshmallow import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

FULL = {
    "title": "Plan the trip",
    "description": "By train",
    "status": "completed",
    "tags": ["far", "fun"],
    "due_date": "2035-06-07",
}


def test_a_task_comes_changes_and_goes(api, admin_api):
    url = api.new_task(**FULL)
    task = api.get(url).ok()
    assert {name: task[name] for name in FULL} == FULL
    assert task["owner_id"] == api.get("/auth/me").ok()["id"]

    changed = api.send("PATCH", url, json={"title": "Plan it"}).ok()
    assert {name: changed[name] for name in FULL} == FULL | {"title": "Plan it"}

    replaced = api.send("PUT", url, json={"title": "New", "status": "pending"}).ok()
    assert (replaced["description"], replaced["tags"], replaced["due_date"]) == ("", [], None)

    admin_api.send("DELETE", url).ok(204)
    api.get(url).fails(404, "TASK_NOT_FOUND")
    assert api.titles() == []


@pytest.mark.parametrize("change", [{"title": "Other"}, {"tags": ["other"]}])
def test_a_change_is_dated(app, api, change):
    url = api.new_task()
    with app.app_context():
        task = db.session.get(Task, int(url.rsplit("/", 1)[1]))
        task.updated_at = datetime(1999, 1, 1, tzinfo=UTC)
        db.session.commit()

    changed = api.send("PATCH", url, json=change).ok()

    assert not changed["updated_at"].startswith("1999")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": " \n "}, {"title"}),
        ({"title": "t" * 151}, {"title"}),
        ({"title": None, "status": 0}, {"title", "status"}),
        ({"tags": ["t" * 51]}, {"tags"}),
        ({"due_date": "7.6.2035"}, {"due_date"}),
        ({"id": 9, "owner_id": 9}, {"id", "owner_id"}),
        ({"titel": "Typo"}, {"titel"}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_bad_fields_change_nothing(api, method, change, fields):
    url = "/api/tasks" if method == "POST" else api.new_task(**FULL)
    before = api.get("/api/tasks").ok()

    error = api.send(method, url, json=FULL | change).fails(422, "VALIDATION_FAILED")

    assert set(error["details"]) == fields
    assert api.get("/api/tasks").ok() == before


def test_a_title_of_150_is_fine(api):
    assert len(api.get(api.new_task(title="t" * 150)).ok()["title"]) == 150


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [("[1]", "application/json", 400), ("{,}", "application/json", 400), ("{}", "text/csv", 415)],
)
def test_other_bodies(api, body, media_type, status):
    assert api.send("POST", "/api/tasks", data=body, content_type=media_type).status == status


def test_an_empty_patch(api):
    api.send("PATCH", api.new_task(), json={}).fails(422, "VALIDATION_FAILED")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "completed"}, "b"),
        ({"tag": "x"}, "a"),
        ({"due_before": "2035-01-02"}, "a"),
        ({"q": "SECOND"}, "b"),
        ({"q": "%"}, ""),
        ({"q": "_"}, ""),
        ({"sort": "title"}, "abc"),
        ({"sort": "-title"}, "cba"),
        ({"sort": "-status,title"}, "acb"),
        ({}, "cba"),
        ({"page": 2, "per_page": 2}, "a"),
        ({"page": 7}, ""),
    ],
)
def test_lists(api, query, found):
    api.new_task(title="a", tags=["x"], due_date="2035-01-01")
    api.new_task(title="b", status="completed", description="the second", due_date="2035-01-02")
    api.new_task(title="c", tags=["xyz"])

    assert "".join(api.titles(**query)) == found


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
def test_links_visit_everything_once(api, number):
    for name in range(number):
        api.new_task(title=str(name), tags=["wanted"])
    api.new_task(title="unwanted")

    visited, pages, url = [], 0, "/api/tasks?tag=wanted&per_page=2&sort=title"
    while url:
        pages += 1
        assert pages <= 4, "the links do not end"
        body = api.get(url).body
        visited += [task["title"] for task in body["data"]]
        url = body["links"]["next"]

    assert visited == [str(name) for name in range(number)]
    assert pages == max(1, -(-number // 2))


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "per_page=101", "sort=x", "fields=x", "status=x", "due_before=x"],
)
def test_bad_queries(api, query):
    error = api.get(f"/api/tasks?{query}").fails(422, "VALIDATION_FAILED")
    assert list(error["details"]) == [query.split("=")[0]]


def test_wanted_fields(api):
    api.new_task(title="only")
    assert api.get("/api/tasks?fields=title").ok() == [{"title": "only"}]


def test_from_account_to_logout(anybody):
    account = {"username": "kim", "email": "Kim@Test.Example", "password": "twelve letters"}
    kim = anybody.post("/auth/register", account).ok(201)
    assert kim.keys() == {"id", "username", "email", "role", "created_at"}
    assert kim["role"] == "user"

    def login(name, password):
        return anybody.post("/auth/login", {"username": name, "password": password})

    wrong = login("kim", "eleven letter").fails(401, "INVALID_CREDENTIALS")
    assert login("jim", "twelve letters").fails(401, "INVALID_CREDENTIALS") == wrong

    tokens = login("kim", "twelve letters").ok()
    phone = anybody.with_token(tokens["access_token"])
    assert phone.get("/auth/me").ok() == kim
    renewed = anybody.with_token(tokens["refresh_token"]).post("/auth/refresh").ok()
    laptop = anybody.with_token(renewed["access_token"])

    phone.post("/auth/logout").ok(204)
    laptop.post("/auth/logout").ok(204)
    for client in (phone, laptop):
        client.get("/api/tasks").fails(401, "TOKEN_REVOKED")


@pytest.mark.parametrize("taken", ["username", "email"])
def test_accounts_that_there_are_already(anybody, new_user, taken):
    new_user(username="kim", email="kim@test.example")
    account = {"username": "tim", "email": "tim@test.example", "password": "twelve letters"}
    change = {"username": "kim", "email": "KIM@test.example"}[taken]

    error = anybody.post("/auth/register", account | {taken: change}).fails(409, "USER_EXISTS")

    assert list(error["details"]) == [taken]


@pytest.mark.parametrize(
    "change",
    [{"role": "admin"}, {"username": "a b"}, {"email": "no"}, {"password": "short"}],
)
def test_bad_accounts(anybody, change):
    account = {"username": "kim", "email": "kim@test.example", "password": "twelve letters"}
    error = anybody.post("/auth/register", account | change).fails(422, "VALIDATION_FAILED")
    assert error["details"].keys() == change.keys()


def test_tokens_that_are_not_good(app, anybody, api, new_user):
    user_id = new_user()
    hour = timedelta(hours=1)
    for client, code in (
        (anybody, "TOKEN_MISSING"),
        (anybody.with_token("a.b.c"), "TOKEN_INVALID"),
        (anybody.logged_in(4711), "TOKEN_INVALID"),
        (anybody.logged_in("kim"), "TOKEN_INVALID"),
        (anybody.logged_in(user_id, expires_delta=-hour), "TOKEN_EXPIRED"),
        (anybody.logged_in(user_id, refresh=True), "TOKEN_WRONG_TYPE"),
    ):
        for url in ("/api/tasks", "/api/tasks/1", "/auth/me"):
            answer = client.get(url)
            answer.fails(401, code)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    api.post("/auth/refresh").fails(401, "TOKEN_WRONG_TYPE")
    with app.app_context():
        assert db.session.scalars(db.select(RevokedToken)).all() == []


def test_only_admins_delete(app, api, admin_api):
    url = api.new_task()
    api.send("DELETE", url).fails(403, "FORBIDDEN")
    api.get(url).ok()

    with app.app_context():
        db.session.execute(db.update(User).values(role="user"))
        db.session.commit()
    admin_api.send("DELETE", url).fails(403, "FORBIDDEN")
    api.get(url).ok()


def test_errors_have_one_shape(anybody, api):
    assert anybody.get("/x").fails(404, "NOT_FOUND").keys() == {"code", "message", "details"}
    answer = api.send("PATCH", "/api/tasks")
    answer.fails(405, "METHOD_NOT_ALLOWED")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(("sent", "kept"), [("a-1", True), ("a b", False), ("a" * 129, False)])
def test_ids_of_requests(anybody, sent, kept):
    answer = anybody.get("/health", headers={"X-Request-ID": sent})
    assert (answer.headers["X-Request-ID"] == sent) is kept


def test_a_bug_is_ours_alone(app, anybody):
    app.add_url_rule("/bug", view_func=lambda: 1 / 0)
    error = anybody.get("/bug").fails(500, "INTERNAL_SERVER_ERROR")
    assert "zero" not in error["message"]


def test_the_database_refuses_a_second_user_of_one_name(new_user):
    new_user(username="kim", email="1@test.example")
    with pytest.raises(IntegrityError):
        new_user(username="kim", email="2@test.example")


def test_one_step_back_and_forward_keeps_the_tags(app, api):
    url = api.new_task(tags=["kept", "too"])
    with app.app_context():
        downgrade()
        upgrade()
    assert api.get(url).ok()["tags"] == ["kept", "too"]


def test_tasks_of_the_first_revision_have_no_day(app, new_user):
    owner_id = new_user()
    with app.app_context():
        downgrade()
        values = f"(1, 'Old', '', 'pending', {owner_id}, '2020-01-01', '2020-01-01')"
        columns = "(id, title, description, status, owner_id, created_at, updated_at)"
        db.session.execute(text(f"INSERT INTO tasks {columns} VALUES {values}"))  # noqa: S608
        db.session.commit()
        upgrade()
        assert db.session.scalars(text("SELECT due_date FROM tasks")).all() == [None]


@pytest.mark.parametrize(("allowed", "users"), [(False, 0), (True, 2)])
def test_the_sample(app, allowed, users):
    app.config["SAMPLE_DATA"] = allowed
    with app.app_context():
        for _ in range(2):
            app.test_cli_runner().invoke(args=["seed"])
        assert db.session.scalar(text("SELECT count(*) FROM users")) == users


def test_units():
    assert Names(["a", "b"], descending=True).deserialize("-a, b") == ["-a", "b"]
    with pytest.raises(ValidationError):
        Names(["a"]).deserialize("-a")
    with pytest.raises(ValueError, match="nonsense"):
        create_app("nonsense")
