import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("readiness")

ALIVE = "whether the process lives is no question of the database: to restart it would mend nothing"
NO_TOKEN = "whoever asks is a load balancer, which has no token"  # noqa: S105  # no credential


@pytest.fixture
def away(scratch):
    """Return a folder that is not there, and the address of a database in it."""
    folder = scratch / "away"
    yield folder, f"sqlite:///{(folder / 'tasks.db').as_posix()}"
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


@pytest.fixture
def unready(serve, away):
    """Return a client of an app whose database is down."""
    return serve(env={"DATABASE_URL": away[1]})


def test_alive(client):
    """`GET /healthz` is 200, without a token."""
    expect(client.get("/healthz")).status(200, NO_TOKEN).json(ALIVE)


def test_ready(client):
    """`GET /readiness` is 200 when the database answers, without a token."""
    expect(client.get("/readiness")).status(200, NO_TOKEN).json()


def test_down_is_named(unready):
    """When the database is down, `/readiness` is 503 in the envelope, and `details` names it."""
    response = unready.get("/readiness")
    expect(response).status(503, "what cannot work is sent no requests: 503 is how it says so")
    expect(response).contains({"status": "error", "error": {}}, "an error has the envelope")
    details = response.get_json()["error"].get("details")
    is_named = isinstance(details, dict) and "database" in details
    assert is_named, "`details` has a `database`: who is woken by this has to know where to look"


def test_alive_while_the_database_is_down(unready):
    """`/healthz` stays 200 while the database is down."""
    expect(unready.get("/readiness")).status(503, "its database is not there")
    expect(unready.get("/healthz")).status(200, ALIVE)


def test_ready_again(unready, away):
    """It is ready again, without a restart, when the database is back."""
    expect(unready.get("/readiness")).status(503, "its database is not there")
    away[0].mkdir()
    response = unready.get("/readiness")
    response.exchange.note = "the database was down, and is back: the check has made its folder"
    expect(response).status(200, "what was down comes back, and is asked anew each time")


def test_nothing_is_told_of_the_inside(unready):
    """What `/readiness` answers holds no address and no exception."""
    response = unready.get("/readiness")
    expect(response).status(503, "its database is not there")
    text = response.get_data(as_text=True)
    for secret in ("sqlite", "tasks.db", "away", "OperationalError", "Traceback"):
        is_told = secret in text
        assert not is_told, f"the answer tells {secret!r}, and anybody may ask; the log is for that"
