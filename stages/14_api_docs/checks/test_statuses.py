import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("statuses")

TASK = {"title": "Read the log", "status": "pending"}
PERSON = {"username": "grace", "email": "g@example.com", "password": "a long password"}
# A request that is refused, for each operation and each reason: the status, and how it is sent.
REFUSED = {
    "no page 0": ("GET /api/tasks", 422, {"query_string": {"per_page": "0"}}),
    "a blank title": ("POST /api/tasks", 422, {"json": {"title": " "}}),
    "half of a task": ("PUT /api/tasks/{}", 422, {"json": {"title": "No status"}}),
    "nothing to change": ("PATCH /api/tasks/{}", 422, {"json": {}}),
    "a short password": ("POST /auth/register", 422, {"json": PERSON | {"password": "short"}}),
    "no password": ("POST /auth/login", 422, {"json": {"username": "user"}}),
    "no JSON": ("POST /api/tasks", 400, {"data": "{", "content_type": "application/json"}),
    "a list to replace": ("PUT /api/tasks/{}", 400, {"json": []}),
    "a list of changes": ("PATCH /api/tasks/{}", 400, {"json": []}),
    "a list for a user": ("POST /auth/register", 400, {"json": []}),
    "a list to log in": ("POST /auth/login", 400, {"json": []}),
    "a form": ("POST /api/tasks", 415, {"data": TASK}),
    "a form to replace": ("PUT /api/tasks/{}", 415, {"data": TASK}),
    "a form of changes": ("PATCH /api/tasks/{}", 415, {"data": TASK}),
    "a form for a user": ("POST /auth/register", 415, {"data": PERSON}),
    "a form to log in": ("POST /auth/login", 415, {"data": PERSON}),
    "no such task": ("GET /api/tasks/{}", 404, {"filled": 99}),
    "none to replace": ("PUT /api/tasks/{}", 404, {"filled": 99, "json": TASK}),
    "none to change": ("PATCH /api/tasks/{}", 404, {"filled": 99, "json": TASK}),
    "none to delete": ("DELETE /api/tasks/{}", 404, {"filled": 99}),
    "none to process": ("POST /api/tasks/{}/process", 404, {"filled": 99}),
    "no such job": ("GET /api/jobs/{}", 404, {"filled": "nobody-knows"}),
    "replaced by another": (
        "PUT /api/tasks/{}",
        412,
        {"json": TASK, "headers": {"If-Match": '"old"'}},
    ),
    "changed by another": (
        "PATCH /api/tasks/{}",
        412,
        {"json": {"title": "Mine"}, "headers": {"If-Match": '"old"'}},
    ),
    "deleted too late": ("DELETE /api/tasks/{}", 412, {"headers": {"If-Match": '"old"'}}),
    "a name that is taken": ("POST /auth/register", 409, {"json": PERSON | {"username": "user"}}),
    "a wrong password": (
        "POST /auth/login",
        401,
        {"json": {"username": "user", "password": "not this one"}},
    ),
}
CLOSED = (
    "GET /api/tasks",
    "POST /api/tasks",
    "GET /api/tasks/stats",
    "GET /api/tasks/{}",
    "PUT /api/tasks/{}",
    "PATCH /api/tasks/{}",
    "DELETE /api/tasks/{}",
    "POST /api/tasks/{}/process",
    "GET /api/jobs/{}",
    "POST /auth/refresh",
    "POST /auth/logout",
    "GET /auth/me",
)
# What cannot come, by the operation.
NEVER = {
    "GET /health": (400, 401, 403, 404, 409, 412, 415, 422, 429),
    "GET /healthz": (400, 401, 403, 404, 409, 412, 415, 422, 429),
    "GET /readiness": (400, 401, 403, 404, 409, 412, 415, 422, 429),
    "GET /api/tasks": (403, 409, 412, 415),
    "POST /api/tasks": (403, 409, 412),
    "GET /api/tasks/{}": (403, 409, 412, 415),
    "PUT /api/tasks/{}": (304, 403),
    "PATCH /api/tasks/{}": (304, 403),
    "DELETE /api/tasks/{}": (304, 415),
    "POST /api/tasks/{}/process": (304, 403, 409, 412, 415),
    "GET /api/jobs/{}": (403, 409, 412, 415),
    "POST /auth/register": (403, 404, 412),
    "POST /auth/login": (403, 404, 409, 412),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refused(send, conforms, reason):
    """The answer to a request that is refused ({reason}) is described."""
    name, status, options = REFUSED[reason]
    response = send(name, **options)
    expect(response).status(status)
    conforms(name, response)


@pytest.mark.parametrize("name", CLOSED)
def test_no_token(client, conforms, name):
    """{name} without a token is 401, and the document says so."""
    method, path = name.split()
    response = getattr(client, method.lower())(path.replace("{}", "3"))
    expect(response).status(401)
    conforms(name, response)


def test_forbidden(user, conforms):
    """That a user may not delete a task (403) is described."""
    response = user.delete("/api/tasks/3")
    expect(response).status(403)
    conforms("DELETE /api/tasks/{}", response)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_at_once(conflict, conforms, method):
    """That somebody else changes the task meanwhile (409 for {method}) is described."""
    conforms(f"{method.upper()} /api/tasks/{{}}", conflict(method))


@pytest.mark.parametrize("name", ["GET /api/tasks", "GET /api/tasks/stats", "GET /api/tasks/{}"])
def test_not_modified(send, conforms, name):
    """That a client has the answer of {name} already (304) is described."""
    tag = expect(send(name)).status(200).header("ETag")
    response = send(name, headers={"If-None-Match": tag})
    expect(response).status(304)
    conforms(name, response)


@pytest.mark.parametrize("name", CLOSED[:9])
def test_too_many(serve, as_, conforms, name):
    """That somebody asks {name} too often (429) is described."""
    admin = as_(serve(env={"RATELIMIT_ADMIN": "1 per minute"}), "admin")
    method, path = name.split()
    for _ in range(2):
        response = getattr(admin, method.lower())(path.replace("{}", "3"))
    expect(response).status(429)
    conforms(name, response)


def test_not_ready(serve, conforms, scratch):
    """That the database is gone (503) is described."""
    gone = f"sqlite:///{(scratch / 'no-such-folder' / 'x.db').as_posix()}"
    response = serve(env={"DATABASE_URL": gone}).get("/readiness")
    expect(response).status(503)
    conforms("GET /readiness", response)


@pytest.mark.parametrize("name", NEVER)
def test_never(described, name):
    """What {name} never answers is not described: nobody can prepare for everything."""
    operation = described(name)
    named = [status for status in NEVER[name] if operation.answer(status) is not None]
    assert not named, f"{operation} cannot be answered {named}"
    is_some = len(operation.statuses()) > 1
    assert is_some, f"{operation} has no error, and any view can fail"
