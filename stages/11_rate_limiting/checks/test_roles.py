import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("roles")


def test_hundred(admin, let_through, refused):
    """Admins may ask 100 times a minute, and not 101 times."""
    let_through(100, lambda _: admin.get("/auth/me"), why="the role admin has 100 a minute")
    refused(admin.get("/auth/me"), "100 a minute is a limit as well")


def test_tasks(admin, let_through, refused):
    """An admin may read tasks 100 times a minute, and not 101 times."""
    let_through(100, lambda _: admin.get("/api/tasks/1"), why="the role admin has 100 a minute")
    refused(admin.get("/api/tasks/1"), "100 a minute is a limit as well")


def test_no_hundred_an_hour(admin, let_through, refused, over):
    """The limits of all others are not an admin's as well: more than 100 an hour is fine."""
    let_through(100, lambda _: admin.get("/auth/me"))
    refused(admin.get("/auth/me"), "100 a minute is a limit as well")
    over()
    let_through(20, lambda _: admin.get("/auth/me"), why="the minute is over")


def test_admin_from_the_environment(serve, log_in, at, let_through, refused):
    """`RATELIMIT_ADMIN=12 per minute` allows an admin twelve requests in a minute."""
    client = serve(env={"RATELIMIT_ADMIN": "12 per minute"})
    admin = at(client, headers=log_in(client, "admin"))
    let_through(12, lambda _: admin.get("/auth/me"))
    refused(admin.get("/auth/me"), "the environment says twelve a minute")


def test_demoted(admin, demote, refused, let_through):
    """Who is an admin no more has ten a minute at once, whatever an older token says."""
    let_through(1, lambda _: admin.get("/auth/me"))
    demote("admin")
    let_through(9, lambda _: admin.get("/auth/me"))
    for _ in range(2):
        response = admin.get("/auth/me")
    response.exchange.note = "the check has changed the role in the database after the first one"
    refused(response, "the database says what somebody is, and the token what they were")


def test_user_is_no_admin(user, let_through, refused):
    """What a client says of itself makes nobody an admin."""
    claim = {"X-Role": "admin"}
    let_through(10, lambda _: user.get("/auth/me?role=admin", headers=claim))
    refused(user.get("/auth/me?role=admin", headers=claim), "the role is in the database")


def test_admin_is_counted(admin):
    """An admin's answers say that 100 are allowed."""
    response = admin.get("/auth/me")
    expect(response).header("X-RateLimit-Limit", equals="100", why="it is another limit, not none")
