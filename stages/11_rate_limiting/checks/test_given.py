from workshop.suite import expect


def test_health(client):
    """`GET /health` answers as before."""
    expect(client.get("/health")).status(200).equals({"status": "ok"}, "stage 1 has promised it")


def test_readiness(client):
    """`GET /readiness` answers as before."""
    expect(client.get("/readiness")).status(200, "stage 10 has promised it")


def test_tasks_need_a_token(client):
    """Nobody sees the tasks without a token, as before."""
    response = client.get("/api/tasks")
    expect(response).status(401, "stage 7 has promised it")
    expect(response).header("WWW-Authenticate", startswith="Bearer", why="stage 7 has promised it")


def test_tasks_with_a_token(user):
    """Whoever logs in sees the tasks of the sample."""
    response = user.get("/api/tasks")
    expect(response).status(200).contains({"meta": {"total": 3}}, "the sample has three tasks")


def test_create(user):
    """A task is created, and answered with 201."""
    response = user.post("/api/tasks", json={"title": "Read the log"})
    expect(response).status(201).contains({"data": {"title": "Read the log"}}, "as before")


def test_delete_is_for_admins(user, admin):
    """Deleting a task needs the role admin, as before."""
    expect(user.delete("/api/tasks/1")).status(403, "stage 7 has promised it")
    expect(admin.delete("/api/tasks/1")).status(204, "stage 7 has promised it")


def test_refresh(client):
    """A refresh token is good for a new access token, and for nothing else."""
    fields = {"username": "user", "password": "password"}
    tokens = client.post("/auth/login", json=fields).get_json()
    refresh = {"Authorization": f"Bearer {tokens['refresh_token']}"}
    expect(client.post("/auth/refresh", headers=refresh)).status(200, "stage 7 has promised it")
    response = client.get("/api/tasks", headers=refresh)
    expect(response).status(401).contains({"error": {"code": "TOKEN_WRONG_TYPE"}}, "as before")
    access = {"Authorization": f"Bearer {tokens['access_token']}"}
    response = client.post("/auth/refresh", headers=access)
    expect(response).status(401).contains({"error": {"code": "TOKEN_WRONG_TYPE"}}, "as before")


def test_logout(client, user):
    """A token that was logged out is refused, as before."""
    expect(user.post("/auth/logout")).status(204)
    response = user.get("/auth/me")
    expect(response).status(401).contains({"error": {"code": "TOKEN_REVOKED"}}, "as before")


def test_wrong_password(client):
    """A wrong password is 401, as before."""
    response = client.post("/auth/login", json={"username": "user", "password": "not this one"})
    expect(response).status(401).contains({"error": {"code": "INVALID_CREDENTIALS"}}, "as before")


def test_production_starts(deploy):
    """Production starts with what stage 10 asks for: no Redis is needed."""
    response = deploy().get("/health")
    expect(response).status(200, "without `REDIS_URL` each process counts for itself")
