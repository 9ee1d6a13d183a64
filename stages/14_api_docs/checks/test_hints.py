import re
from urllib.parse import unquote, urlsplit

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("hints")

HERE = "http://localhost"
PERSON = {"username": "grace", "email": "g@example.com", "password": "a long password"}
NOBODY = {"username": "user", "password": "not this one"}
# What may stand behind the `#` of an address (RFC 3986, section 3.5).
ALLOWED = r"%[0-9A-Fa-f]{2}|[\w.~!$&'()*+,;=:@/?-]"


def hint_of(response):
    """Return the hint of an error."""
    error = expect(response).json().get("error") or {}
    hint = error.get("hint")
    is_there = isinstance(hint, dict)
    assert is_there, f"`error.hint` is {hint!r}; a program cannot read `message`"
    return hint


def pointed_at(response, document):
    """Return what is in the document where a hint to read it points."""
    hint = hint_of(response)
    expect(response).contains({"error": {"hint": {"action": "read_document", "method": "GET"}}})
    href = str(hint.get("href"))
    parts = urlsplit(href)
    is_document = f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{HERE}/openapi.json"
    assert is_document, f"`href` is {href!r}; the document is {HERE}/openapi.json"
    odd = re.sub(ALLOWED, "", parts.fragment)
    assert not odd, f"`href` is {href!r}; in an address {odd[0]!r} is written %{ord(odd[0]):02X}"
    return document.at(f"#{unquote(parts.fragment)}")


@pytest.mark.parametrize("code", ["TOKEN_MISSING", "TOKEN_INVALID", "TOKEN_REVOKED"])
def test_log_in(client, user, code):
    """After {code} the hint is to log in, and where."""
    headers = {"TOKEN_MISSING": {}, "TOKEN_INVALID": {"Authorization": "Bearer nonsense"}}
    if code == "TOKEN_REVOKED":
        expect(user.post("/auth/logout")).status(204)
    response = client.get("/api/tasks", headers=headers.get(code, user.headers))
    expect(response).status(401).contains({"error": {"code": code}})
    wanted = {"action": "log_in", "method": "POST", "href": f"{HERE}/auth/login"}
    hint_of(response)
    expect(response).contains({"error": {"hint": wanted}})


def test_refresh(clock, client, user):
    """When the token has ended the hint is to refresh it."""
    clock.move(16 * 60)
    response = user.get("/api/tasks")
    expect(response).status(401).contains({"error": {"code": "TOKEN_EXPIRED"}})
    wanted = {"action": "refresh", "method": "POST", "href": f"{HERE}/auth/refresh"}
    hint_of(response)
    expect(response).contains({"error": {"hint": wanted}})


def test_list(user):
    """When there is no such task the hint is where all of them are."""
    response = user.get("/api/tasks/99")
    expect(response).status(404)
    hint_of(response)
    wanted = {"action": "list", "method": "GET", "href": f"{HERE}/api/tasks"}
    expect(response).contains({"error": {"hint": wanted}})


def test_index(client):
    """When there is no such address the hint is the index."""
    response = client.get("/api/taks")
    expect(response).status(404)
    hint = hint_of(response)
    expect(response).contains({"error": {"hint": {"action": "read_index", "method": "GET"}}})
    is_index = str(hint.get("href")).rstrip("/") == f"{HERE}/api"
    assert is_index, f"`href` is {hint.get('href')!r}; the index is {HERE}/api/"


def test_conflict(conflict):
    """When somebody else was first by a moment (409) the hint is to read the task again."""
    response = conflict("put")
    hint_of(response)
    wanted = {"action": "read_again", "method": "GET", "href": f"{HERE}/api/tasks/3"}
    expect(response).contains({"error": {"code": "CONFLICT", "hint": wanted}})


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_read_again(admin, method):
    """When somebody else was first ({method}) the hint is to read the task again."""
    options = {
        "put": {"json": {"title": "Mine", "status": "pending"}},
        "patch": {"json": {"title": "M"}},
    }
    headers = {"If-Match": '"old"'}
    response = getattr(admin, method)("/api/tasks/3", headers=headers, **options.get(method, {}))
    expect(response).status(412)
    hint_of(response)
    wanted = {"action": "read_again", "method": "GET", "href": f"{HERE}/api/tasks/3"}
    expect(response).contains({"error": {"hint": wanted}})


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "/api/tasks", {"json": {}}, 422),
        ("POST", "/api/tasks", {"data": {"title": "A form"}}, 415),
        ("POST", "/api/tasks", {"data": "{", "content_type": "application/json"}, 400),
        ("PATCH", "/api/tasks/3", {"json": {"status": "open"}}, 422),
        ("GET", "/api/tasks", {"query_string": {"page": "none"}}, 422),
        ("POST", "/auth/register", {"json": {}}, 422),
    ],
)
def test_read_document(user, document, method, path, options, status):
    """After {status} for {method} {path} the hint is what the document says of that operation."""
    response = user.open(path, method=method, **options)
    expect(response).status(status)
    found = pointed_at(response, document)
    operation = document.operation(method, path.replace("3", "{}"))
    is_described = operation is not None
    assert is_described, f"the document does not describe {method} {path}"
    is_it = found == operation.content
    assert is_it, f"there is something else than {operation}: {str(found)[:80]}"


def test_wrong_kind_of_token(refresher, document):
    """With the wrong kind of token the hint is what the document says of that operation."""
    response = refresher.get("/api/tasks")
    expect(response).status(401).contains({"error": {"code": "TOKEN_WRONG_TYPE"}})
    found = pointed_at(response, document)
    is_it = found == document.operation("GET", "/api/tasks").content
    assert is_it, f"there is something else than GET /api/tasks: {str(found)[:80]}"


@pytest.mark.parametrize(
    ("method", "path", "others"),
    [
        ("PATCH", "/api/tasks", {"get", "post"}),
        ("POST", "/api/tasks/3", {"get", "put", "patch", "delete"}),
    ],
)
def test_wrong_method(user, document, method, path, others):
    """After 405 for {method} {path} the hint is what the document says of that path."""
    response = user.open(path, method=method, json={})
    expect(response).status(405)
    found = pointed_at(response, document)
    is_path = isinstance(found, dict) and others <= set(found)
    assert is_path, f"there is not what can be sent to {path}: {str(found)[:80]}"


def test_not_described(client, document):
    """A hint about an address that the document does not describe points at something in it."""
    hint_of(client.get("/api/tasks"))
    response = client.post("/openapi.json")
    expect(response).status(405)
    if "hint" in response.get_json()["error"]:
        pointed_at(response, document)


def test_wait_until_ready(serve, scratch):
    """When the database is gone (503) the hint is to wait, and send the same again."""
    gone = f"sqlite:///{(scratch / 'no-such-folder' / 'x.db').as_posix()}"
    response = serve(env={"DATABASE_URL": gone}).get("/readiness")
    expect(response).status(503)
    hint_of(response)
    expect(response).contains({"error": {"hint": {"action": "wait"}}})


def test_wait(serve, as_):
    """After 429 the hint is to wait, and send the same again; when is in `Retry-After`."""
    user = as_(serve(env={"RATELIMIT_SEARCH": "1 per minute"}))
    expect(user.get("/api/tasks")).status(200)
    response = user.get("/api/tasks")
    expect(response).status(429).header("Retry-After")
    hint_of(response)
    expect(response).contains({"error": {"hint": {"action": "wait"}}})
    others = {"method", "href"} & set(hint_of(response))
    assert not others, f"it names {sorted(others)}, and there is no other request to send"


@pytest.mark.parametrize(
    ("code", "status", "method", "path", "body"),
    [
        ("FORBIDDEN", 403, "DELETE", "/api/tasks/3", None),
        ("INVALID_CREDENTIALS", 401, "POST", "/auth/login", NOBODY),
        ("USER_EXISTS", 409, "POST", "/auth/register", PERSON | {"username": "user"}),
        ("JOB_NOT_FOUND", 404, "GET", "/api/jobs/nobody-knows", None),
    ],
)
def test_none(user, code, status, method, path, body):
    """Where a program can do nothing there is no hint: after {code}."""
    hint_of(user.get("/api/tasks/99"))
    response = user.open(path, method=method, **({"json": body} if body else {}))
    expect(response).status(status).contains({"error": {"code": code}})
    hint = response.get_json()["error"].get("hint")
    assert not hint, f"the hint is {hint}, and would be followed for ever"


def test_described(client, conforms):
    """What a hint looks like is described."""
    response = client.get("/api/tasks")
    hint_of(response)
    conforms("GET /api/tasks", response)


def test_followed(client, document):
    """A program that knows only hints and the document gets in."""
    refused = client.get("/api/tasks")
    hint = hint_of(expect(refused).status(401).response)
    path = urlsplit(str(hint.get("href"))).path
    operation = document.operation(str(hint.get("method")), path)
    is_described = operation is not None
    assert is_described, f"the document does not describe {hint.get('method')} {path}"
    examples = operation.examples(operation.body())
    assert examples, f"the body of {operation} has no example"
    answer = client.open(path, method=hint["method"], json=examples[0])
    token = expect(answer).status(200).json().get("access_token")
    response = client.get("/api/tasks", headers={"Authorization": f"Bearer {token}"})
    expect(response).status(200, "it has done what it was told")
