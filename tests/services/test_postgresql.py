"""Stage 8 on a real PostgreSQL: its revisions, its commands, and its API."""

import pytest

STAGE = 8
TABLES = ("revoked_tokens", "tags", "task_tags", "tasks", "users")
WHOLE = {"title": "Anew", "status": "pending"}


@pytest.fixture
def address(postgres, sample, request):
    """Return the address of a database: with the sample where a test asks for `ready`."""
    like = sample(STAGE) if "ready" in request.fixturenames else "template1"
    with postgres.database(like) as address:
        yield address


@pytest.fixture
def name(address):
    return address.rpartition("/")[2]


@pytest.fixture
def tasks(start, address):
    """Return the app on an empty database. (pytest-flask lays hands on what is called `app`.)"""
    return start(STAGE, address)


@pytest.fixture
def ready(tasks):
    """Return the app on a database that is upgraded and holds the sample."""
    return tasks


def tables_in(postgres, name):
    found = postgres.run(
        name, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    return sorted(table for (table,) in found if table != "alembic_version")


def columns_in(postgres, name, table):
    query = "SELECT table_name, column_name, data_type FROM information_schema.columns"
    return {column: kind for of, column, kind in postgres.run(name, query) if of == table}


def test_upgrade_from_nothing_makes_the_tables_of_the_models(tasks, postgres, name):
    tasks.done("db upgrade +1")
    assert tables_in(postgres, name) == sorted(TABLES)
    assert "due_date" not in columns_in(postgres, name, "tasks")
    tasks.done("db upgrade", "db check")
    assert columns_in(postgres, name, "tasks")["due_date"] == "date"


def test_starting_the_app_makes_no_tables(tasks, postgres, name):
    client = tasks.client()
    assert client.get("/health").status_code == 200
    assert tables_in(postgres, name) == []


def test_constraints_have_the_names_of_the_convention(ready, postgres, name):
    query = "SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'f')"
    found = {constraint for (constraint,) in postgres.run(name, query)}
    assert {"pk_tasks", "uq_users_email", "fk_tasks_owner_id_users"} <= found
    # None with a name that PostgreSQL has made up.
    assert [constraint for constraint in found if constraint.endswith(("_key", "_fkey"))] == []


def test_down_and_up_keeps_every_row(ready, postgres, name, rows, log_in):
    user = log_in(ready.client(), "user")
    for tags in (["home", "green"], ["green"]):
        user.data("POST", "/api/tasks", {"title": "Water", "tags": tags, "due_date": "2030-01-31"})
    user.request("POST", "/auth/logout")
    before = rows(postgres, name, TABLES)
    assert all(before.values())
    ready.done("db downgrade")
    assert "due_date" not in columns_in(postgres, name, "tasks")
    assert rows(postgres, name, TABLES) == before
    ready.done("db upgrade", "db check")
    assert rows(postgres, name, TABLES) == before
    days = postgres.run(name, "SELECT DISTINCT due_date FROM tasks")
    assert days == [(None,)]


def test_downgrade_to_base_leaves_nothing_and_up_again_works(ready, postgres, name, log_in):
    log_in(ready.client(), "user").data("POST", "/api/tasks", {"title": "Water", "tags": ["home"]})
    ready.done("db downgrade base")
    assert tables_in(postgres, name) == []
    made = "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace"
    assert [kind for (kind,) in postgres.run(name, made) if "alembic" not in kind] == []
    ready.done("db upgrade", "seed")
    assert len(log_in(ready.client(), "user").data("GET", "/api/tasks")) == 3


def test_failed_revision_leaves_nothing(ready, postgres, name, tmp_path):
    folder = tmp_path / "app0" / "migrations" / "versions"
    (folder / "0003_fails.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        "revision, down_revision = '0003', '0002'\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "    raise RuntimeError('the other half fails')\n"
        "def downgrade():\n    pass\n"
    )
    assert ready.flask("db", "upgrade").exit_code != 0
    assert tables_in(postgres, name) == sorted(TABLES)


def test_seed_adds_the_sample_once(ready, postgres, name, rows):
    before = rows(postgres, name, TABLES)
    assert [len(before[table]) for table in ("users", "tasks")] == [2, 3]
    ready.done("seed")
    assert rows(postgres, name, TABLES) == before


def test_seed_before_upgrade_fails(tasks, postgres, name):
    assert tasks.flask("seed").exit_code != 0
    assert tables_in(postgres, name) == []


def test_the_journey_of_a_task(ready, log_in):
    client = ready.client()
    ada = {"username": "ada", "email": "ada@example.com", "password": "correct horse"}
    assert client.post("/auth/register", json=ada).status_code == 201
    assert client.post("/auth/register", json=ada).status_code == 409
    caller, admin = log_in(client, "ada", ada["password"]), log_in(client, "admin")
    made = [
        caller.data("POST", "/api/tasks", {"title": "Task", "due_date": day, "tags": ["home"]})
        for day in ("2030-05-01", None, "2029-12-31", "2030-05-01")
    ]
    assert [task["due_date"] for task in made] == ["2030-05-01", None, "2029-12-31", "2030-05-01"]
    before = caller.data("GET", "/api/tasks?due_before=2030-05-01")
    assert [task["due_date"] for task in before] == ["2029-12-31"]
    for sort, days in (
        ("due_date", ["2029-12-31", "2030-05-01", "2030-05-01", None]),
        ("-due_date", ["2030-05-01", "2030-05-01", "2029-12-31", None]),
    ):
        found = caller.data("GET", f"/api/tasks?tag=home&sort={sort}")
        assert [task["due_date"] for task in found] == days
    pages = [caller.data("GET", f"/api/tasks?per_page=3&page={n}&sort=due_date") for n in (1, 2, 3)]
    ids = [task["id"] for page in pages for task in page]
    assert len(ids) == len(set(ids)) == 7
    path = f"/api/tasks/{made[0]['id']}"
    assert caller.data("PATCH", path, {"due_date": "2031-01-01"})["due_date"] == "2031-01-01"
    assert caller.data("PATCH", path, {"title": "Renamed"})["due_date"] == "2031-01-01"
    assert caller.data("PUT", path, WHOLE)["due_date"] is None
    assert caller.data("GET", "/api/tasks?q=ANEW")[0]["id"] == made[0]["id"]
    assert caller.request("DELETE", path).status_code == 403
    assert admin.request("DELETE", path).status_code == 204
    assert caller.request("GET", path).status_code == 404
    assert caller.request("POST", "/auth/logout").status_code == 204
    assert caller.request("GET", "/api/tasks").status_code == 401


HUGE = 2**63


@pytest.mark.parametrize(
    "path",
    [
        f"/api/tasks/{2**31}",
        f"/api/tasks/{HUGE}",
        f"/api/tasks/{10**40}",
        "/api/tasks?q=%00",
        "/api/tasks?tag=%00",
        "/api/tasks?status=%00",
        "/api/tasks?sort=%00",
        "/api/tasks?due_before=%00",
        "/api/tasks?due_before=0000-00-00",
        f"/api/tasks?page={HUGE}",
        f"/api/tasks?per_page={HUGE}",
    ],
)
def test_bad_addresses_are_refused(ready, log_in, path):
    response = log_in(ready.client(), "user").request("GET", path)
    assert 400 <= response.status_code < 500, response.text
    assert response.get_json()["status"] == "error"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "a\0b"},
        {"title": "\ud800"},
        {"title": "x" * 151},
        {"description": "a\0b"},
        {"description": "x" * 2001},
        {"tags": ["a\0b"]},
        {"tags": ["x" * 51]},
        {"status": "\0"},
        {"due_date": "\0"},
        {"due_date": "2030-02-30"},
        {"due_date": "10000-01-01"},
        {"due_date": "-0001-01-01"},
        {"due_date": 20300131},
        {"due_date": "infinity"},
        {"id": HUGE},
        {"owner_id": HUGE},
    ],
    ids=lambda fields: f"{next(iter(fields.items()))!r:.40}",
)
def test_bad_bodies_are_refused(ready, log_in, fields):
    caller = log_in(ready.client(), "user")
    for method, path in (
        ("POST", "/api/tasks"),
        ("PUT", "/api/tasks/1"),
        ("PATCH", "/api/tasks/1"),
    ):
        response = caller.request(method, path, fields if method == "PATCH" else WHOLE | fields)
        assert response.status_code == 422, response.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_first_and_last_day_are_stored(ready, log_in, day):
    caller = log_in(ready.client(), "user")
    task = caller.data("POST", "/api/tasks", {"title": "Far", "due_date": day})
    assert caller.data("GET", f"/api/tasks/{task['id']}")["due_date"] == day


@pytest.mark.parametrize("field", ["username", "email", "password"])
def test_nul_in_a_registration_is_refused(ready, field):
    client = ready.client()
    ada = {"username": "ada", "email": "ada@example.com", "password": "correct horse"}
    response = client.post("/auth/register", json=ada | {field: f"{ada[field]}\0"})
    assert response.status_code == 422, response.text


def test_nul_at_login_is_refused(ready):
    client = ready.client()
    for fields in (
        {"username": "user\0", "password": "password"},
        {"username": "user", "password": "\0"},
    ):
        assert 400 <= client.post("/auth/login", json=fields).status_code < 500
