"""What the checks of this stage share: clients that are logged in, and what they have cached."""

import os

import pytest

from workshop.suite import expect

KEY = "for these checks alone, and signs nothing real"
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")
# What an app could find on the machine of a student, and not of the next one.
SETTINGS = ("RATELIMIT_", "CACHE_", "REDIS_URL", "PROXIES")


@pytest.fixture
def launcher(launcher):
    """Return what starts the app, with limits so large that no test meets one."""
    for name in [name for name in os.environ if name.startswith(SETTINGS)]:
        del os.environ[name]
    os.environ["JWT_SECRET_KEY"] = KEY
    os.environ |= {f"RATELIMIT_{name}": "100000 per minute" for name in LIMITS}
    return launcher


@pytest.fixture
def create(user):
    """Return a function that creates a task and returns it as the app answered."""

    def create(**fields):
        response = user.post("/api/tasks", json={"title": "Read the log"} | fields)
        expect(response).status(201)
        return response.get_json()["data"]

    return create


@pytest.fixture
def tag_of():
    """Return a function that returns the entity tag of an answer, as it stands in the header."""

    def tag_of(response):
        return expect(response).status(200).header("ETag", why="by it a client says what it has")

    return tag_of


@pytest.fixture
def cached():
    """Return a function that expects of an answer that it is from the cache, or that it is not."""

    def cached(response, state, why):
        expect(response).status(200)
        expect(response).header("X-Cache", equals=state, why=why)
        return response

    return cached


WRITES = {
    "creating a task": lambda admin: admin.post("/api/tasks", json={"title": "A new one"}),
    "replacing a task": lambda admin: admin.put(
        "/api/tasks/3", json={"title": "Replaced", "status": "pending"}
    ),
    "changing a task": lambda admin: admin.patch("/api/tasks/3", json={"status": "completed"}),
    "changing the tags of a task": lambda admin: admin.patch("/api/tasks/3", json={"tags": ["x"]}),
    "deleting a task": lambda admin: admin.delete("/api/tasks/3"),
}


@pytest.fixture(params=WRITES)
def write(request, admin):
    """Return a function that changes task 3, or adds one, in one of all ways."""
    request.node.callspec.params.setdefault("write", request.param)

    def write(caller=admin):
        response = WRITES[request.param](caller)
        succeeds = response.status_code in (200, 201, 204)
        assert succeeds, f"{request.param} is answered {response.status_code}"

    return write


@pytest.fixture
def select():
    """Return a function that tells which of some statements have read the content of tasks."""
    return lambda statements: [text for text in statements if "tasks.title" in text]
