import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("task-model")


# These two start the app themselves: `client` would stop at an app without DATABASE_URL.
def test_list_is_answered(serve, tasks_in):
    """`GET /api/tasks` answers with 200 and a list, in the envelope of a success."""
    why = "a list is answered with 200, also while there is nothing in it"
    tasks_in(serve().get("/api/tasks"), why)


def test_database_is_the_one_named(serve, tasks_in, database):
    """The tasks are kept in the database that `DATABASE_URL` names."""
    tasks_in(serve().get("/api/tasks"))
    assert database.in_use(), database.ignored


def test_list_is_read_through_sqlalchemy(client, tasks_in, sql):
    """The list is read from the database by SQLAlchemy, at each request."""
    with sql() as statements:
        tasks_in(client.get("/api/tasks"))
    assert len(statements) > 0, (
        "no SQL statement ran: the list has to come from the database, through db.session"
    )


def test_list_with_a_trailing_slash(client, tasks_in):
    """`GET /api/tasks/` is the same list: neither address redirects."""
    why = "a redirect costs a round trip, and loses the body of a POST in many clients"
    tasks_in(client.get("/api/tasks/"), why)


def test_head_is_get_without_the_body(client):
    """`HEAD /api/tasks` is answered like `GET`, without the body."""
    response = client.head("/api/tasks")
    expect(response).status(200, "HEAD is GET without the content (RFC 9110, section 9.3.2)")
    expect(response).empty("HEAD is GET without the content")
