import pytest

from workshop.suite import expect
from workshop.suite.clock import START

pytestmark = pytest.mark.task("default-limits")

TEN = (
    "ten a minute are allowed, `RATELIMIT_DEFAULT` says so; a limit of the route or the blueprint "
    "takes the place of that, unless it has `override_defaults=False`"
)
FLOOD = (
    "a flood without a good token costs as much as any other, so it is counted before it is 401: a "
    "limit at a view counts when the view is called, and a limit of the blueprint before"
)
TOKENS = {"no token": {}, "a bad token": {"Authorization": "Bearer not.a.token"}}


def test_eleventh(user, let_through, refused):
    """Ten requests in a minute are answered, the eleventh is 429."""
    let_through(10, lambda _: user.get("/api/tasks"))
    refused(user.get("/api/tasks"), TEN)


def test_minute_ends(user, let_through, refused, over):
    """When the minute is over, requests are answered again."""
    let_through(10, lambda _: user.get("/auth/me"))
    refused(user.get("/auth/me"), TEN)
    over()
    response = user.get("/auth/me")
    response.exchange.note = "wait for two minutes after the others"
    expect(response).status(200, "the minute is over")


def test_hour(client, let_through, refused, over):
    """A hundred requests in an hour are answered, the next is 429, however they are spread."""
    for _ in range(10):
        let_through(10, lambda _: client.get("/auth/me"), 401, "without a token it is 401")
        over()
    response = client.get("/auth/me")
    response.exchange.note = "the check has sent ten every two minutes, a hundred in all"
    refused(response, "a hundred an hour are allowed, beside the ten a minute")
    over(3600)
    response = client.get("/auth/me")
    response.exchange.note = "the check has waited for two hours"
    expect(response).status(401, "the hour is over, so it is answered, and without a token 401")


def test_what_is_left(user):
    """Answers say in `X-RateLimit-Limit` and `X-RateLimit-Remaining` what is allowed and left."""
    for left in (9, 8):
        response = user.get("/auth/me")
        expect(response).header(
            "X-RateLimit-Limit", equals="10", why="ten a minute is the narrowest limit"
        )
        expect(response).header(
            "X-RateLimit-Remaining", equals=str(left), why="each request takes one"
        )


def test_reset(user):
    """`X-RateLimit-Reset` says when, in seconds since 1970: within the next minute."""
    response = user.get("/auth/me")
    reset = expect(response).header("X-RateLimit-Reset", why="a client plans with it")
    left = int(reset) - int(START.timestamp()) if reset.isdecimal() else None
    is_soon = left is not None and 0 < left <= 62
    assert is_soon, (
        f"X-RateLimit-Reset: {reset} is no second of the next minute, in which the narrowest limit "
        f"is as new; now it is {int(START.timestamp())}"
    )


def test_what_is_left_on_an_error(user):
    """Answers that are errors say what is left as well."""
    response = user.get("/api/tasks/999999")
    expect(response).status(404)
    expect(response).header(
        "X-RateLimit-Remaining", equals="9", why="a request for nothing is counted too"
    )


ROUTES = [
    ("GET", "/api/tasks"),
    ("POST", "/api/tasks"),
    ("PUT", "/api/tasks/1"),
    ("PATCH", "/api/tasks/1"),
    ("DELETE", "/api/tasks/1"),
    ("GET", "/auth/me"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("token", TOKENS)
def test_flood(client, refused, method, path, token):
    """A flood of `{method} {path}` with {token} is counted: after ten at the latest it is 429."""
    for number in range(11):
        response = client.open(path, method=method, headers=TOKENS[token])
        if number == 0:
            expect(response).status(401, "the first one is refused for its token")
    refused(response, FLOOD)


def test_register(client, refused):
    """A flood of registrations is counted: each costs the hash of a password."""
    for number in range(11):
        fields = {"username": f"user-{number}", "email": f"user-{number}@example.com"}
        response = client.post("/auth/register", json=fields | {"password": "correct horse"})
    response.exchange.note = "the ten before were for other names"
    refused(response, TEN)


def test_head(user, let_through, refused):
    """A HEAD counts as the GET that it stands for."""
    let_through(10, lambda number: (user.get, user.head)[number % 2]("/auth/me"))
    refused(user.get("/auth/me"), TEN)


@pytest.mark.parametrize("path", ["/health", "/healthz", "/readiness"])
def test_exempt(client, let_through, refused, path):
    """`{path}` is asked every few seconds, for ever, and is never 429, while all else is."""
    let_through(10, lambda _: client.get("/auth/me"), 401)
    refused(client.get("/auth/me"), TEN)
    let_through(30, lambda _: client.get(path), why="a balancer that is refused takes you for dead")


def test_slash(user, let_through, refused):
    """`/api/tasks` and `/api/tasks/` are one resource, and counted as one."""
    let_through(10, lambda number: user.get(("/api/tasks", "/api/tasks/")[number % 2]))
    refused(user.get("/api/tasks"), f"{TEN}, with a slash at the end or without")
    refused(user.get("/api/tasks/"), f"{TEN}, with a slash at the end or without")


def test_query(user, let_through, refused):
    """What stands in the query makes it no other resource."""
    let_through(10, lambda number: user.get(f"/api/tasks?page={number + 1}"))
    response = user.get("/api/tasks?page=99")
    response.exchange.note = "the ten before had `page` from 1 to 10"
    refused(response, f"{TEN}, whichever page it is")


def test_ids(user, let_through, refused):
    """What stands for the id of a task makes it no other resource, or a walk had no limit."""
    let_through(10, lambda number: user.get(f"/api/tasks/{number + 100}"), 404)
    response = user.get("/api/tasks/999")
    response.exchange.note = "the ten before were for the tasks 100 to 109"
    refused(response, f"{TEN}, whichever task it is")
