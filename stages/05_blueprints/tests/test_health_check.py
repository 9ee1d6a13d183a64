import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("health-check")


def test_health_is_ok(client):
    """`GET /health` answers 200 with `{"status": "ok"}` and nothing else."""
    response = client.get("/health")
    expect(response).status(200, "a blueprint counts once it is registered on the app")
    expect(response).equals({"status": "ok"}, "a load balancer reads this, no client of the API")


def test_health_answers_head(client):
    """`HEAD /health` answers 200 without a body: some load balancers ask that way."""
    expect(client.head("/health")).status(200, "HEAD is GET without the content").empty()


def test_health_is_read_only(client):
    """`POST /health` is 405."""
    expect(client.post("/health", json={})).status(405, "there is nothing to change about it")


def test_health_asks_nobody_else(serve, tmp_path, sql):
    """`GET /health` needs no database: it answers also where there is none."""
    nowhere = f"sqlite:///{(tmp_path / 'no-such-folder' / 'tasks.db').as_posix()}"
    with sql() as statements:
        response = serve(env={"DATABASE_URL": nowhere}).get("/health")
    response.exchange.note = "the check names a database that cannot be opened"
    expect(response).status(
        200,
        "it says that this process is alive. With the database in it, every process is taken out "
        "of service and restarted as soon as the one database stumbles",
    )
    assert statements == [], "it is asked every few seconds, by everybody"
