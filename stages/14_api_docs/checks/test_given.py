import pytest

from workshop.suite import expect


def test_openapi(client):
    """`GET /openapi.json` is the document, for everybody: OpenAPI 3, in JSON."""
    response = client.get("/openapi.json")
    expect(response).status(200, "a program reads it before it has a token")
    version = expect(response).json().get("openapi")
    is_3 = isinstance(version, str) and version.startswith("3.")
    assert is_3, f"`openapi` is {version!r}, and says which version the document is written in"
    is_2 = "swagger" in response.get_json()
    assert not is_2, "`swagger` says that it is OpenAPI 2 as well: no reader knows what to do"


@pytest.mark.parametrize("path", ["/apidocs/", "/apidocs"])
def test_apidocs(client, path):
    """`GET {path}` is a page for people about that document, and needs no token."""
    response = client.get(path, follow_redirects=True)
    expect(response).status(200, "here people read what the API can do")
    expect(response).media_type("text/html", "it is for a browser")
    is_named = "openapi.json" in response.get_data(as_text=True)
    assert is_named, "the page does not name `/openapi.json`, which it is to show"


def test_health(client):
    """`GET /health` answers as before."""
    expect(client.get("/health")).status(200).equals({"status": "ok"}, "stage 1 has promised it")


def test_tasks_need_a_token(client):
    """Nobody sees the tasks without a token, as before."""
    expect(client.get("/api/tasks")).status(401, "stage 7 has promised it")


def test_write_and_read(user):
    """What is created can be read, changed and read again."""
    created = user.post("/api/tasks", json={"title": "Before"})
    expect(created).status(201)
    path = f"/api/tasks/{created.get_json()['data']['id']}"
    expect(user.get(path)).status(200).contains({"data": {"title": "Before"}})
    expect(user.patch(path, json={"title": "After"})).status(200)
    expect(user.get(path)).status(200).contains({"data": {"title": "After"}})


def test_cache(user):
    """An answer is kept, as before."""
    expect(user.get("/api/tasks")).status(200).header("X-Cache", equals="MISS")
    expect(user.get("/api/tasks")).status(200).header("X-Cache", equals="HIT")


def test_limits(serve, as_):
    """Requests are counted, as before."""
    user = as_(serve(env={"RATELIMIT_DEFAULT": "3 per minute"}))
    for _ in range(3):
        expect(user.get("/api/tasks")).status(200)
    expect(user.get("/api/tasks")).status(429, "stage 11 has promised it")


def test_process(user):
    """A task is processed in the background, as before."""
    accepted = user.post("/api/tasks/3/process")
    expect(accepted).status(202, "stage 13 has promised it")
    url = accepted.get_json()["data"]["status_url"]
    expect(user.get(url)).status(200).contains({"data": {"state": "PENDING"}})


def test_drift(cli):
    """`flask db check` finds no difference between the models and the revisions."""
    done = cli("db", "check")
    is_done = done.exit_code == 0
    assert is_done, f"stage 8 has promised it:\n{done.output[-600:]}"
