import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("seed-command")

ADDED_ONCE = "a database with users in it is somebody's: `flask seed` adds nothing to it"


def test_seed_twice_adds_nothing_more(seed, database, user):
    """`flask seed` on a database that has the sample adds nothing, and succeeds."""
    before = database.counts()
    seed(database)
    assert database.counts() == before, ADDED_ONCE
    expect(user.get("/api/tasks")).contains({"meta": {"total": 3}}, ADDED_ONCE)


def test_seed_leaves_other_data_alone(seed, serve, empty, migrate):
    """`flask seed` on a database with a user, but without the sample, adds nothing."""
    migrate(empty, "upgrade")
    client = serve(env={"DATABASE_URL": empty.url})
    ada = {"username": "ada", "email": "ada@example.com", "password": "correct horse"}
    expect(client.post("/auth/register", json=ada)).status(201, "the database is ready")
    seed(empty)
    counts = empty.counts()
    found = {"users": counts["users"], "tasks": counts["tasks"]}
    assert found == {"users": 1, "tasks": 0}, f"ada has registered. {ADDED_ONCE.capitalize()}"


def test_seed_does_not_bring_tasks_back(seed, database, user, admin):
    """`flask seed` does not bring back tasks that somebody has deleted."""
    for task in user.get("/api/tasks").get_json()["data"]:
        expect(admin.delete(f"/api/tasks/{task['id']}")).status(204, "an admin may delete")
    seed(database)
    expect(user.get("/api/tasks")).contains(
        {"meta": {"total": 0}}, "they were deleted on purpose, and there are users: " + ADDED_ONCE
    )


def test_seed_adds_no_known_accounts_in_production(cli, serve, empty, migrate):
    """`flask seed` in production adds no accounts whose password everybody knows."""
    migrate(empty, "upgrade")
    production = {
        "DATABASE_URL": empty.url,
        "FLASK_CONFIG": "production",
        "SECRET_KEY": "for this test alone, signs nothing",
    }
    cli("seed", env=production)
    assert empty.counts()["users"] == 0, (
        "whoever has read the lesson knows the passwords of the sample: it is for the machines of "
        "developers, and `SAMPLE_DATA` in the configuration says whether this is one"
    )
    client = serve(env=production)
    response = client.post("/auth/login", json={"username": "admin", "password": "password"})
    expect(response).status(401, "production has no such user")
