import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("created-location")

HEADER = "a 201 says where the new thing is, so that no client builds URLs (RFC 9110, 15.3.2)"


def post(client, path="/api/tasks", title="Read RFC 9110", **options):
    response = client.post(path, json={"title": title}, **options)
    expect(response).status(201, "the task was created")
    return response


def test_created_task_has_a_location(client):
    """`POST /api/tasks` answers with a `Location` header."""
    expect(post(client)).header("Location", why=HEADER)


def test_location_is_absolute(client):
    """`Location` is an absolute URL, with scheme and host."""
    expect(post(client)).header(
        "Location",
        startswith="http://",
        why="an absolute URL can be stored, logged or handed on; a path means something only "
        "together with the host that it came from",
    )


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/", "/api/tasks?from=mail"])
def test_location_can_be_fetched(client, path):
    """The `Location` of `POST {path}` can be fetched, and is the task that was created."""
    created = post(client, path)
    location = expect(created).header("Location", why=HEADER)
    assert "//" not in location.partition("://")[2], (
        "the slash at the end of the request's URL must not end up in the middle of Location"
    )
    fetched = client.get(location)
    expect(fetched).status(
        200,
        f"{location} came as the address of the new task; a query string at the end of the "
        "request's own URL must not end up in it",
    )
    expect(fetched).equals(created.get_json(), "it leads to the task that was created, no other")


def test_each_task_has_its_own_location(client):
    """Two tasks have two locations."""
    first = expect(post(client, title="One")).header("Location", why=HEADER)
    second = expect(post(client, title="Two")).header("Location", why=HEADER)
    assert first != second, "the id in Location is that of the task just created"
    expect(client.get(first)).contains({"data": {"title": "One"}}, "the first leads to the first")


def test_location_names_the_host_that_was_asked(client):
    """`POST` to the host `tasks.example:8080` has a `Location` on that host."""
    response = post(client, headers={"Host": "tasks.example:8080"})
    expect(response).header(
        "Location",
        startswith="http://tasks.example:8080/",
        why="the request came with `Host: tasks.example:8080`; a host and port written into the "
        "code lead nowhere as soon as the app is served elsewhere",
    )
