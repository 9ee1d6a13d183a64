import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("init-db")

WARNING = (
    "`flask init-db` is typed by mistake sooner or later, and on the wrong machine: it drops "
    "nothing before somebody has said yes"
)


def found_in(client, tasks_in):
    return sorted((t.get("title"), t.get("status")) for t in tasks_in(client.get("/api/tasks")))


def expect_refusal(done):
    has_failed = done.exit_code != 0
    assert has_failed, (
        "nobody said yes, and the command ends as if it had done its work: a script would go on. "
        f"It printed:\n{done.output[-600:]}"
    )


def test_data_is_kept_without_an_answer(cli, database):
    """`flask init-db` on a database with tasks keeps them when nobody is there to answer."""
    before = database.content()
    done = cli("init-db")
    is_same = database.content() == before
    assert is_same, f"{WARNING}. It printed:\n{done.output[-600:]}"
    expect_refusal(done)


@pytest.mark.parametrize("typed", ["n\n", "\n"], ids=["n", "enter"])
def test_data_is_kept_when_somebody_says_no(cli, database, typed):
    """`flask init-db`, answered with `n` or with Enter alone, keeps everything, and has failed."""
    before = database.content()
    done = cli("init-db", typed=typed)
    is_same = database.content() == before
    assert is_same, f"{WARNING}. It printed:\n{done.output[-600:]}"
    expect_refusal(done)


def test_tables_without_tasks_are_kept(cli, client, create, database):
    """`flask init-db` asks about every database that has tables, also about one without tasks."""
    create(title="It leaves a tag", tags=["kept"])
    for task_id in (1, 2, 3, 4):
        expect(client.delete(f"/api/tasks/{task_id}")).status(204, "there are four tasks")
    before = database.content()
    done = cli("init-db")
    is_same = database.content() == before
    assert is_same, (
        f"{WARNING}; there are tags, and later tables. It printed:\n{done.output[-600:]}"
    )


def test_new_database_is_not_asked_about(cli, new_database, serve, tasks_in, sample):
    """On a new database `flask init-db` asks nothing, and leaves the sample."""
    env = {"DATABASE_URL": new_database()}
    assert cli("init-db", "--yes").exit_code == 0, "`--yes` is the answer where there is a question"
    done = cli("init-db", env=env)
    is_done = done.exit_code == 0
    assert is_done, (
        "there is nothing to lose in a database without tables, so there is nothing to ask. It "
        f"printed:\n{done.output[-600:]}"
    )
    assert found_in(serve(env=env), tasks_in) == sorted(sample.items()), "it is ready for use"


def test_yes_begins_anew(cli, client, create, serve, database, tasks_in, sample):
    """`flask init-db --yes` leaves exactly the sample, whatever was there before."""
    create(title="Left over", tags=["left-over"])
    expect(client.delete("/api/tasks/1")).status(204, "the sample has a task 1")
    expect(client.patch("/api/tasks/2", json={"title": "Changed"})).status(200, "and a task 2")
    done = cli("init-db", "--yes")
    is_done = done.exit_code == 0
    assert is_done, f"--yes is the answer, nobody is asked:\n{done.output[-600:]}"
    assert found_in(serve(), tasks_in) == sorted(sample.items()), (
        "this is the list after `flask init-db --yes`. Drop the tables, make them, and add the "
        "sample: create_all() alone keeps what is there"
    )
    left = database.rows_with("left-over")
    assert left == {}, "the tag of a task from before is still there: drop all tables"


def test_yes_twice_is_the_sample_once(cli, serve, tasks_in, sample, new_database):
    """On a new database, `flask init-db --yes` twice in a row leaves the sample once."""
    env = {"DATABASE_URL": new_database()}
    for _ in range(2):
        done = cli("init-db", "--yes", env=env)
        is_done = done.exit_code == 0
        assert is_done, f"it does not end well:\n{done.output[-600:]}"
    assert found_in(serve(env=env), tasks_in) == sorted(sample.items()), (
        "the second run replaces what the first one made"
    )


def test_somebody_says_yes(cli, serve, database, tasks_in, sample):
    """`flask init-db` that is answered with `y` is done once, or refused, and never half."""
    before = database.content()
    done = cli("init-db", typed="y\n")
    if done.exit_code != 0:
        is_same = database.content() == before
        assert is_same, "a command that fails leaves everything as it was"
        return
    assert found_in(serve(), tasks_in) == sorted(sample.items()), (
        "after `y` the database holds the sample and nothing else"
    )


def test_other_databases_stay(cli, database, new_database, serve, tasks_in, sample):
    """`flask init-db --yes` touches the database of `DATABASE_URL` and no other."""
    before = database.content()
    env = {"DATABASE_URL": new_database()}
    for _ in range(2):
        assert cli("init-db", "--yes", env=env).exit_code == 0, "there is nothing in its way"
    is_same = database.content() == before
    assert is_same, "another database than the one in the environment was changed"
    assert found_in(serve(env=env), tasks_in) == sorted(sample.items()), "this one has the sample"
