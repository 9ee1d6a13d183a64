from workshop.suite import expect


def test_health(client):
    """`GET /health` answers as before."""
    expect(client.get("/health")).status(200).equals({"status": "ok"}, "stage 1 has promised it")


def test_tasks_need_a_token(client):
    """Nobody sees the tasks without a token, as before."""
    expect(client.get("/api/tasks")).status(401, "stage 7 has promised it")


def test_jobs_need_a_token(client):
    """Nobody asks for a job without a token."""
    expect(client.get("/api/jobs/1")).status(401, "a job is somebody's")


def test_processing_needs_a_token(client):
    """Nobody lets a task be processed without a token."""
    expect(client.post("/api/tasks/1/process")).status(401, "it changes a task")


def test_write_and_read(user, create):
    """What is created can be read, changed and read again."""
    path = f"/api/tasks/{create(user, title='Before')['id']}"
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


def test_drift(cli):
    """`flask db check` finds no difference between the models and the revisions."""
    done = cli("db", "check")
    is_done = done.exit_code == 0
    assert is_done, f"stage 8 has promised it:\n{done.output[-600:]}"
