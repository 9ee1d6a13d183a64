import pytest

pytestmark = pytest.mark.task("due-date-column")

COLUMN = (
    "the last revision adds the column `due_date` to the table `tasks`: it is in the model and in "
    "a revision of its own"
)


def test_tasks_have_the_column(database):
    """`flask db upgrade` from nothing makes a table of tasks with the column `due_date`."""
    assert "due_date" in database.columns("tasks"), COLUMN
    assert database.may_be_null("tasks", "due_date"), (
        "tasks need not be due on any day: the column may be null"
    )


def test_models_and_tables_agree(database, migrate):
    """`flask db check` finds no difference between the models and what the revisions make."""
    assert "due_date" in database.columns("tasks"), COLUMN
    migrate(database, "check")


def test_second_revision_adds_the_column(empty, migrate):
    """The column comes with a revision after the first one."""
    migrate(empty, "upgrade", "+1")
    assert "due_date" not in empty.columns("tasks"), (
        "databases that are at the first revision do not have the column, so it cannot be in there"
    )
    migrate(empty, "upgrade")
    assert "due_date" in empty.columns("tasks"), COLUMN


def test_upgrade_keeps_the_rows(some_rows, database, empty, migrate):
    """A database with rows at the first revision is upgraded, and keeps every row."""
    migrate(empty, "upgrade", "+1")
    empty.fill_from(database)
    before = empty.rows()
    assert before["task_tags"], "the test has put some rows there"
    migrate(empty, "upgrade")
    assert empty.counts() == {table: len(rows) for table, rows in before.items()}, (
        "all rows are still there: an upgrade runs on data that nobody can make again"
    )
    assert empty.rows() == before, "and nothing in them has changed"
    assert "due_date" in empty.columns("tasks"), COLUMN
    dates = empty.run("SELECT DISTINCT due_date FROM tasks")
    assert dates == [(None,)], "nobody has said when the older tasks are due: their day is null"


def test_downgrade_takes_the_column_away(down_and_up, database):
    """`flask db downgrade` takes the column away, and `flask db upgrade` puts it back."""
    down_and_up()
    assert "due_date" in database.columns("tasks"), COLUMN
