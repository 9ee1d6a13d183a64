import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("document")

# How each operation is asked for something that works, and what it answers then.
WORKS = {
    "GET /api/tasks": (200, {}),
    "POST /api/tasks": (201, {"json": {"title": "Read the log"}}),
    "GET /api/tasks/stats": (200, {}),
    "GET /api/tasks/{}": (200, {}),
    "PUT /api/tasks/{}": (200, {"json": {"title": "Replaced", "status": "pending"}}),
    "PATCH /api/tasks/{}": (200, {"json": {"status": "completed", "due_date": "2030-01-31"}}),
    "DELETE /api/tasks/{}": (204, {}),
    "POST /api/tasks/{}/process": (202, {}),
    "POST /auth/register": (
        201,
        {"json": {"username": "grace", "email": "g@example.com", "password": "a long password"}},
    ),
    "POST /auth/login": (200, {"json": {"username": "user", "password": "password"}}),
    "POST /auth/refresh": (200, {}),
    "POST /auth/logout": (204, {}),
    "GET /auth/me": (200, {}),
    "GET /health": (200, {}),
    "GET /healthz": (200, {}),
    "GET /readiness": (200, {}),
}
# What a client has to know of a body, by the operation: the fields, and those it cannot leave out.
BODIES = {
    "POST /api/tasks": ({"title", "description", "status", "tags", "due_date"}, {"title"}),
    "PUT /api/tasks/{}": (
        {"title", "description", "status", "tags", "due_date"},
        {"title", "status"},
    ),
    "PATCH /api/tasks/{}": ({"title", "description", "status", "tags", "due_date"}, set()),
    "POST /auth/register": (
        {"username", "email", "password"},
        {"username", "email", "password"},
    ),
    "POST /auth/login": ({"username", "password"}, {"username", "password"}),
}


def test_valid(document):
    """The document is valid, and describes something."""
    faults = document.faults()
    assert not faults, f"{len(faults)} faults, of which the first is at {faults[0]}"
    is_something = bool(document.operations())
    assert is_something, "there is no operation in it: `paths` is empty"


def test_about(document):
    """It says which API it is about: a title and a version of its own."""
    info = document.content.get("info", {})
    is_own = info.get("title") not in (None, "", "A swagger API", "Flasgger", "API")
    assert is_own, (
        f"`info.title` is {info.get('title')!r}: a reader of many documents sees it first"
    )
    is_own = info.get("version") not in (None, "", "0.0.0", "0.0.1")
    assert is_own, f"`info.version` is {info.get('version')!r}: a client asks what it was made for"


@pytest.mark.parametrize("name", [*WORKS, "GET /api/jobs/{}"])
def test_described(described, name):
    """{name} is described."""
    operation = described(name)
    has_words = bool(operation.content.get("summary") or operation.content.get("description"))
    assert has_words, f"{operation} has no `summary`: a list of paths is what readers know already"


def test_names(document):
    """Each operation has an `operationId` of its own: the name of a function in a client."""
    names = [operation.content.get("operationId") for operation in document.operations()]
    is_named = bool(names) and all(names)
    assert is_named, f"some have none: {names}"
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"these are there twice: {twice}"


def test_nothing_else(document, user):
    """What is described exists: the app knows each path, and its methods."""
    for operation in document.operations():
        path = operation.path
        for name in operation.parameters("path"):
            path = path.replace(f"{{{name}}}", "3")
        response = user.open(path, method=operation.method)
        code = ((response.get_json(silent=True) or {}).get("error") or {}).get("code")
        is_there = response.status_code != 405 and code != "NOT_FOUND"
        assert is_there, f"{operation} is described, and answered {response.status_code}"
    assert document.operations(), "there is no operation in it"


@pytest.mark.parametrize("name", BODIES)
def test_bodies(described, name):
    """The body of {name} is described: its fields, and those that are required."""
    fields, required = BODIES[name]
    operation = described(name)
    schema = operation.body().get("schema")
    is_there = bool(schema)
    assert is_there, f"{operation} has no `requestBody` with a schema for application/json"
    document = operation.document
    found, wanted = sorted(document.properties(schema)), sorted(fields)
    assert found == wanted, f"the body of {operation} has other fields"
    found, wanted = sorted(document.resolved(schema).get("required", [])), sorted(required)
    assert found == wanted, f"other fields of the body of {operation} are required"


@pytest.mark.parametrize("name", WORKS)
def test_answers(send, conforms, name):
    """What {name} answers when all goes well is described, with all of its fields."""
    status, options = WORKS[name]
    response = send(name, **options)
    expect(response).status(status)
    conforms(name, response)


def test_job(send, conforms):
    """What a job looks like is described."""
    url = send("POST /api/tasks/{}/process").get_json()["data"]["status_url"]
    response = send("GET /api/jobs/{}", filled=url.rpartition("/")[2])
    expect(response).status(200)
    conforms("GET /api/jobs/{}", response)


def test_some_fields(send, conforms):
    """A page of the list is as described also when only some fields were asked for."""
    response = send("GET /api/tasks", query_string={"fields": "id,title", "per_page": 2})
    expect(response).status(200)
    conforms("GET /api/tasks", response)


def test_changed(send, described, document):
    """An answer is described so closely that another one would be noticed."""
    response = send("GET /api/tasks/{}")
    schema = described("GET /api/tasks/{}").schema(200)
    for name, value in {"id": "three", "tags": "none", "status": "open", "title": None}.items():
        body = response.get_json()
        body["data"][name] = value
        is_noticed = bool(schema) and bool(document.breaks(body, schema))
        assert is_noticed, f"a task whose `{name}` is {value!r} would be as the document says"
