import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("safe-batch")

CASCADE = (
    "SQLite changes a table by making it anew and dropping the old one. With foreign keys on, the "
    "drop deletes every row that refers to the table by ON DELETE CASCADE: switch them off before "
    "the revisions run, and before a transaction begins: inside one the switch does nothing"
)
REBUILD = [
    "for table in ('tasks', 'tags', 'users'):",
    "    with op.batch_alter_table(table, recreate='always'):",
    "        pass",
]


def test_rebuilt_tables_keep_what_refers_to_them(some_rows, database, one_more, said):
    """A revision that makes tables anew, as a batch does, keeps the rows that refer to them."""
    before = database.rows()
    done = one_more(*REBUILD)
    succeeds = done.exit_code == 0
    assert succeeds, f"{CASCADE}. The command ended with {said(done)}"
    assert database.revision() == "one_more", "the revision was run, and is noted down"
    assert database.counts() == {table: len(rows) for table, rows in before.items()}, CASCADE
    assert database.rows() == before, "nothing in the rows has changed"


def test_down_and_up_keeps_every_row(some_rows, database, down_and_up):
    """Down to the first revision and up again keeps every row of every table."""
    before = database.rows()
    down_and_up()
    assert database.counts() == {table: len(rows) for table, rows in before.items()}, CASCADE
    assert database.rows() == before, "nothing in the rows has changed"


def test_down_and_up_keeps_what_clients_see(some_rows, user, down_and_up):
    """Down and up again, clients see the same tasks, with their tags and owners."""
    before = user.get("/api/tasks").get_json()["data"]
    down_and_up()
    response = user.get("/api/tasks")
    expect(response).status(200, "users and tokens are as before")
    expect(response).contains({"data": before}, CASCADE)


def test_down_and_up_keeps_ids_unique(admin, create, down_and_up):
    """Down and up again, the id of a deleted task is not given to the next one."""
    down_and_up()
    old = create()["id"]
    expect(admin.delete(f"/api/tasks/{old}")).status(204, "an admin may delete")
    assert create()["id"] != old, (
        "a batch made the table anew without AUTOINCREMENT, which it does not see in the old one: "
        'table_kwargs={"sqlite_autoincrement": True} tells it'
    )


def test_failed_revision_leaves_nothing(database, one_more):
    """A revision that fails half-way leaves the database as it was."""
    before = database.tables()
    done = one_more(
        "op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))",
        "raise RuntimeError('the other half fails')",
    )
    assert done.exit_code != 0, "the revision failed, and the command says so"
    assert database.revision() != "one_more", "a revision that failed is not noted down"
    assert database.tables() == before, (
        "the table that its first half made is still there, and running it again would stumble "
        "over that: begin a transaction before the revisions run, and commit it after them"
    )


def test_rows_without_a_parent_are_refused(some_rows, database, one_more):
    """A revision that would leave rows without what they refer to fails, and changes nothing."""
    before = database.rows()
    done = one_more(*REBUILD, "op.execute('DELETE FROM users')")
    assert done.exit_code != 0, (
        "with foreign keys off nobody watches: `PRAGMA foreign_key_check` says at the end which "
        "rows refer to nothing, and then the revisions must fail"
    )
    assert database.counts() == {table: len(rows) for table, rows in before.items()}, (
        "what the revision did is rolled back, all of it"
    )


def test_autogenerate_writes_batches(database, autogenerate):
    """`flask db migrate` writes changes of a table as batches."""
    database.run("ALTER TABLE tasks ADD COLUMN left_over TEXT")
    written = autogenerate(database)
    steps = [line.strip() for line in written.splitlines() if "op." in line]
    is_batch = "batch_alter_table" in written
    assert is_batch, (
        f"it wrote `{steps[0]}`. SQLite can change little of a table that is there; a batch makes "
        "it anew: `render_as_batch` lets `flask db migrate` write one"
    )
