import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("creating")

FIVE = "five a minute may be created"
TASK = {"title": "One of many"}


def create(caller):
    return caller.post("/api/tasks", json=TASK)


def test_sixth(user, admin, let_through, refused):
    """Five tasks may be created in a minute; the sixth is 429, and not stored."""
    let_through(5, lambda _: create(user), 201)
    refused(create(user), FIVE)
    response = admin.get("/api/tasks")
    expect(response).contains({"meta": {"total": 8}}, "three of the sample and five, not six")


def test_flood(client, refused):
    """Requests without a token are counted for the address, before they are 401: five, then 429."""
    for _ in range(6):
        response = client.post("/api/tasks", json=TASK)
    refused(
        response, f"{FIVE}; a limit at a view counts when the view is called, and so never here"
    )


def test_strangers_apart(client, at, refused):
    """Two addresses without a token are counted apart."""
    for _ in range(6):
        response = at(client, "203.0.113.7").post("/api/tasks", json=TASK)
    refused(response, FIVE)
    response = at(client, "203.0.113.8").post("/api/tasks", json=TASK)
    expect(response).status(401, "this address has asked nothing yet")


def test_one_user(client, log_in, at, let_through, refused):
    """A user creates five, from however many addresses."""
    header = log_in(client)
    let_through(5, lambda number: create(at(client, f"203.0.113.{number}", header)), 201)
    refused(create(at(client, "203.0.113.99", header)), f"{FIVE}; these were of one user")


def test_admins_too(admin, let_through, refused):
    """Five it is for admins as well."""
    let_through(5, lambda _: create(admin), 201)
    refused(create(admin), FIVE)


def test_others_go_on(client, register, log_in, at, user, let_through, refused):
    """Who has created five does not keep others from creating."""
    register(client, "ada")
    let_through(5, lambda _: create(user), 201)
    refused(create(user), FIVE)
    ada = at(client, headers=log_in(client, "ada"))
    expect(create(ada)).status(201, "limits are for each user")


def test_reading_goes_on(user, let_through, refused):
    """Who has created five may read and change."""
    let_through(5, lambda _: create(user), 201)
    refused(create(user), FIVE)
    expect(user.get("/api/tasks")).status(200, "it is a limit for creating")
    expect(user.patch("/api/tasks/1", json=TASK)).status(200, "it is a limit for creating")


def test_reading_does_not_count(user, let_through, refused):
    """Reading and changing have no such limit, and take nothing of the five."""
    let_through(8, lambda _: user.get("/api/tasks"))
    let_through(8, lambda _: user.patch("/api/tasks/1", json=TASK))
    let_through(5, lambda _: create(user), 201, "no task was created before")
    refused(create(user), FIVE)


def test_minute_ends(user, let_through, over):
    """When the minute is over, tasks may be created again."""
    let_through(5, lambda _: create(user), 201)
    expect(create(user)).status(429, FIVE)
    over()
    response = create(user)
    response.exchange.note = "wait for two minutes after the others"
    expect(response).status(201, "the minute is over")


def test_default_counts_too(serve, log_in, at, let_through, refused):
    """The five are one limit more: the ten a minute of every route hold beside them."""
    client = serve(env={"RATELIMIT_CREATE": "50 per minute"})
    user = at(client, headers=log_in(client))
    let_through(10, lambda _: create(user), 201, "RATELIMIT_CREATE is 50 per minute here")
    refused(create(user), "`RATELIMIT_DEFAULT` is for every route, and says ten a minute")


def test_create_from_the_environment(serve, log_in, at, let_through, refused):
    """`RATELIMIT_CREATE=2 per minute` allows two."""
    client = serve(env={"RATELIMIT_CREATE": "2 per minute"})
    user = at(client, headers=log_in(client))
    let_through(2, lambda _: create(user), 201)
    refused(create(user), "the environment says two a minute")
