import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("searching")

TOGETHER = (
    "the list, and tasks one by one, are two ways to read all of them: they are counted as one"
)
FOUR = "RATELIMIT_SEARCH is 4 per minute here"
PATHS = ("/api/tasks", "/api/tasks/1")


@pytest.fixture
def reader(serve, log_in, at):
    """Return a function that returns a caller whose other limits are out of the way."""

    def reader(name="user", **env):
        client = serve(env={"RATELIMIT_DEFAULT": "1000 per minute", **env})
        return at(client, headers=log_in(client, name))

    return reader


def test_thirty(reader, let_through, refused):
    """Thirty reads of tasks a minute, lists and single ones together; then both are 429."""
    user = reader()
    let_through(30, lambda number: user.get(PATHS[number % 2]), why=TOGETHER)
    for path in PATHS:
        refused(user.get(path), TOGETHER)


def test_head(reader, let_through, refused):
    """A HEAD reads as a GET does."""
    user = reader(RATELIMIT_SEARCH="4 per minute")
    let_through(4, lambda _: user.head("/api/tasks"))
    refused(user.get("/api/tasks"), FOUR)


def test_walk_through_what_is_not_there(reader, let_through, refused):
    """Reads of tasks that are not there count as well."""
    user = reader(RATELIMIT_SEARCH="4 per minute")
    let_through(4, lambda number: user.get(f"/api/tasks/{number + 900}"), 404)
    refused(user.get("/api/tasks/1"), f"{FOUR}; a walk finds out which ids there are")


def test_strangers(serve, let_through, refused):
    """Reads without a token are counted for the address."""
    client = serve(env={"RATELIMIT_DEFAULT": "1000 per minute", "RATELIMIT_SEARCH": "4 per minute"})
    let_through(4, lambda _: client.get("/api/tasks"), 401)
    refused(client.get("/api/tasks"), FOUR)


def test_list_alone(reader, let_through, refused):
    """Thirty lists a minute use it up as well."""
    user = reader()
    let_through(30, lambda number: user.get(f"/api/tasks?q=word{number}"))
    refused(user.get("/api/tasks/1"), TOGETHER)


def test_search_from_the_environment(reader, let_through, refused):
    """`RATELIMIT_SEARCH=4 per minute` allows four."""
    user = reader(RATELIMIT_SEARCH="4 per minute")
    let_through(4, lambda number: user.get(PATHS[number % 2]))
    refused(user.get("/api/tasks"), FOUR)


def test_everything_else_goes_on(reader, let_through, refused):
    """Who has read so much may still write, and ask who they are."""
    user = reader(RATELIMIT_SEARCH="4 per minute")
    let_through(4, lambda _: user.get("/api/tasks"))
    refused(user.get("/api/tasks"), FOUR)
    expect(user.get("/auth/me")).status(200, "this reads no task")
    created = user.post("/api/tasks", json={"title": "After reading"})
    expect(created).status(201, "this reads no task")
    changed = user.patch("/api/tasks/1", json={"title": "After reading"})
    expect(changed).status(200, "this reads no task")


def test_writing_does_not_count(reader, let_through, refused):
    """Writing takes nothing of it."""
    user = reader(RATELIMIT_SEARCH="4 per minute")
    for _ in range(4):
        user.patch("/api/tasks/1", json={"title": "Before reading"})
    let_through(4, lambda _: user.get("/api/tasks"), why="nothing was read before")
    refused(user.get("/api/tasks"), FOUR)


def test_admins(reader, let_through):
    """Admins have their own limit of 100 a minute, and not this one."""
    admin = reader("admin", RATELIMIT_SEARCH="4 per minute")
    let_through(6, lambda number: admin.get(PATHS[number % 2]))
    response = admin.get("/api/tasks")
    expect(response).header("X-RateLimit-Limit", equals="100", why="that is the limit of admins")


def test_each_user(reader, register, log_in, at, let_through, refused):
    """Who has read so much does not keep others from reading."""
    user = reader(RATELIMIT_SEARCH="4 per minute")
    register(user._client, "ada")
    ada = at(user._client, headers=log_in(user._client, "ada"))
    let_through(4, lambda _: user.get("/api/tasks"))
    refused(user.get("/api/tasks"), FOUR)
    expect(ada.get("/api/tasks")).status(200, "limits are for each user")


def test_default_counts_too(user, let_through, refused):
    """The thirty are one limit more: the ten a minute of every route hold beside them."""
    let_through(10, lambda _: user.get("/api/tasks"))
    refused(user.get("/api/tasks"), "`RATELIMIT_DEFAULT` is for every route, and says ten a minute")
