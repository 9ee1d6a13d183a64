import pytest

LIMITS = (
    "RATELIMIT_DEFAULT",
    "RATELIMIT_ADMIN",
    "RATELIMIT_LOGIN",
    "RATELIMIT_CREATE",
    "RATELIMIT_SEARCH",
)

pytestmark = pytest.mark.task("settings")

NONSENSE = "whoever mistypes a limit must not find out by having none"


def test_default_from_the_environment(serve, log_in, at, let_through, refused):
    """`RATELIMIT_DEFAULT=3 per minute` allows three requests in a minute, and not ten."""
    client = serve(env={"RATELIMIT_DEFAULT": "3 per minute"})
    user = at(client, headers=log_in(client))
    let_through(3, lambda _: user.get("/auth/me"))
    refused(user.get("/auth/me"), "the environment says three a minute")


def test_several_limits(serve, log_in, at, let_through, refused):
    """`RATELIMIT_DEFAULT` may hold several limits, parted by `;`."""
    client = serve(env={"RATELIMIT_DEFAULT": "2 per second;50 per hour"})
    user = at(client, headers=log_in(client))
    let_through(2, lambda _: user.get("/auth/me"))
    refused(user.get("/auth/me"), "two a second is one of two limits")


@pytest.mark.parametrize("value", ["ten per minute", "10 per minute;nonsense"])
@pytest.mark.parametrize("name", LIMITS)
def test_nonsense_is_refused(cli, name, value):
    """The app does not start with `{name}={value}`, and names the variable."""
    done = cli("routes", env={name: value})
    is_refused = done.exit_code != 0
    assert is_refused, f"it starts although {name} is no limit: {NONSENSE}"
    is_named = name in done.output
    assert is_named, f"the message does not name {name}, which is to be mended:\n{done.output}"


def test_in_production(deploy, let_through, refused):
    """In production the environment says as well how much, and `RATELIMIT_LOGIN` is one of five."""
    client = deploy(RATELIMIT_LOGIN="2 per minute")
    fields = {"username": "user", "password": "not this one"}
    let_through(2, lambda _: client.post("/auth/login", json=fields), 401)
    refused(client.post("/auth/login", json=fields), "the environment says two a minute")


def test_empty_is_the_default(serve, let_through, refused):
    """A variable that is empty is as good as none: the default counts."""
    client = serve(env=dict.fromkeys(LIMITS, ""))
    why = "in a file of variables, `NAME=` is how one leaves it at its default"
    let_through(10, lambda _: client.get("/auth/me"), 401, why)
    refused(client.get("/auth/me"), why)
