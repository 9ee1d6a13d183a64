import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("first-revision")

TABLES = ("users", "tasks", "tags", "task_tags", "revoked_tokens")


def test_first_revision_is_the_schema_so_far(empty, migrate):
    """The first revision makes the tables of stage 7; taking it back leaves none."""
    migrate(empty, "upgrade", "+1")
    assert missing_in(empty) == [], "the first revision makes every table that stage 7 has"
    assert "due_date" not in empty.columns("tasks"), (
        "the first revision makes the tables as they were, for it is what older databases have. "
        "One that asks the models, as create_all() does, makes another schema each time they change"
    )
    migrate(empty, "downgrade", "base")
    assert empty.tables() == [], "`flask db downgrade base` undoes all: it leaves no table"


def test_downgrade_to_base_with_rows(some_rows, database, migrate):
    """`flask db downgrade base` leaves no table, also where there are rows in all of them."""
    migrate(database, "downgrade", "base")
    assert database.tables() == [], (
        "a downgrade drops what its upgrade has made, the tables that refer to others first"
    )


def test_base_and_up_again_is_a_new_database(some_rows, database, migrate, cli, user):
    """After `downgrade base`, `upgrade` and `seed` there is a new database, and the app works."""
    migrate(database, "downgrade", "base")
    migrate(database, "upgrade")
    filled = {table: count for table, count in database.counts().items() if count}
    assert filled == {}, "all tables were dropped and made anew, so there is nothing in them"
    assert cli("seed").exit_code == 0, "`flask seed` fills the new tables"
    response = user.get("/api/tasks")
    expect(response).status(200, "the app works on what the revisions have made")
    expect(response).contains({"meta": {"total": 3}}, "the sample is there, and nothing older")


def missing_in(database):
    """Return the tables of stage 7 that a database does not have."""
    return [name for name in TABLES if name not in database.tables()]
