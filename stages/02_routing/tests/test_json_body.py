import pytest

pytestmark = pytest.mark.task("json-body")

JSON = "application/json"


@pytest.mark.parametrize(
    "body",
    ['{"title": "Read"', "{'title': 'Read'}", "title=Read", ""],
    ids=["cut off", "single quotes", "form", "empty"],
)
def test_malformed_json_is_400(client, refused, body):
    """A body that is no JSON is 400 in JSON, although the Content-Type says it is: `{body}`."""
    refused(
        client.post("/api/tasks", data=body, content_type=JSON),
        400,
        "the client sent what cannot be read: its fault, so 4xx, and not a 500",
    )


@pytest.mark.parametrize(
    "body", ["[]", '["title"]', '"title"', "3", "true", "null"], ids=lambda body: body
)
def test_json_that_is_no_object_is_400(client, refused, body):
    """A body that is JSON but no object is 400 in JSON: `{body}`."""
    refused(
        client.post("/api/tasks", data=body, content_type=JSON),
        400,
        "these are valid JSON, so get_json() returns a list, a text, a number or None: "
        "only an object has fields",
    )


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", None],
    ids=lambda media_type: media_type or "none",
)
def test_another_media_type_is_415(client, refused, media_type):
    """JSON that is sent as something else is 415 in JSON: Content-Type {media_type}."""
    refused(
        client.post("/api/tasks", data='{"title": "Read"}', content_type=media_type),
        415,
        "Content-Type says how a body is to be read, and this server reads JSON alone "
        "(RFC 9110, 15.5.16); guessing would hide the fault from the client",
    )


def test_media_type_is_judged_before_the_body(client, refused):
    """A form is 415 and not 400: its body is not even looked at."""
    refused(
        client.post("/api/tasks", data={"title": "Read"}),
        415,
        "400 would say that the JSON is broken, but it never was JSON",
    )


def test_bytes_that_are_no_text_are_400(client, refused):
    """A body that is not UTF-8 is 400 in JSON."""
    refused(
        client.post("/api/tasks", data=b'{"title": "caf\xe9"}', content_type=JSON),
        400,
        "JSON is UTF-8 (RFC 8259, 8.1); this is Latin-1",
    )


def test_refused_bodies_change_nothing(client, refused, entries):
    """After a refused body there are still three tasks."""
    refused(client.post("/api/tasks", data="[1]", content_type=JSON), 400, "a list is no task")
    tasks = entries(client.get("/api/tasks"))
    assert len(tasks) == 3, "who is told no may rely on it that nothing has happened"


def test_thousands_of_brackets_are_400(client, refused):
    """A body of very many opening brackets is 400 in JSON, and no crash."""
    refused(
        client.post("/api/tasks", data="[" * 100_000, content_type=JSON),
        400,
        "Python's JSON reader goes a level deeper for each bracket until it raises RecursionError, "
        "which get_json() does not turn into a 400: catch it as well",
    )
