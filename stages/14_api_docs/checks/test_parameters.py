import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("parameters")

LIST = "GET /api/tasks"
QUERY = ["due_before", "fields", "page", "per_page", "q", "sort", "status", "tag"]


@pytest.fixture
def query(described):
    """Return a function that returns the schema of a parameter of the list."""

    def query(name):
        operation = described(LIST)
        parameter = operation.parameters("query").get(name)
        assert parameter, f"{operation} has no parameter `{name}` in the query"
        return operation.document.resolved(parameter.get("schema", {}))

    return query


@pytest.mark.parametrize(
    "name", ["GET /api/tasks/{}", "PUT /api/tasks/{}", "POST /api/tasks/{}/process"]
)
def test_path(described, name):
    """The id in {name} is described: a number, and required."""
    operation = described(name)
    parameters = list(operation.parameters("path").values())
    is_one = len(parameters) == 1
    assert is_one, f"{operation} has {len(parameters)} parameters in its path"
    kind = operation.document.resolved(parameters[0].get("schema", {})).get("type")
    is_right = parameters[0].get("required") is True and kind == "integer"
    assert is_right, f"`required` is {parameters[0].get('required')}, and the type {kind}"


def test_query(described):
    """All parameters of the list are described, and no other ones."""
    found = sorted(described(LIST).parameters("query"))
    assert found == QUERY, "the list has other parameters in its query"


@pytest.mark.parametrize("name", ["page", "per_page"])
def test_numbers(query, send, name):
    """The limits of `{name}` are described, and are those that the app has."""
    schema = query(name)
    is_number = schema.get("type") == "integer"
    assert is_number, f"the type of `{name}` is {schema.get('type')}"
    for word, step in (("minimum", -1), ("maximum", 1)):
        limit = schema.get(word)
        is_there = isinstance(limit, int)
        assert is_there, f"`{name}` has no `{word}`, and the app has one"
        expect(send(LIST, query_string={name: limit})).status(200, f"the {word} is {limit}")
        beyond = {name: limit + step}
        expect(send(LIST, query_string=beyond)).status(422, f"the {word} is {limit}, said to be")


@pytest.mark.parametrize("name", ["page", "per_page", "sort"])
def test_defaults(query, send, name):
    """What `{name}` is when it is left out is described, and is true."""
    default = query(name).get("default")
    is_there = default is not None
    assert is_there, f"`{name}` has no `default`"
    written = ",".join(default) if isinstance(default, list) else default
    plain, asked = send(LIST), send(LIST, query_string={name: written})
    expect(asked).status(200, "the default is what nobody has to say")
    is_same = plain.get_json()["data"] == asked.get_json()["data"]
    assert is_same, f"with {name}={written} comes another page than without `{name}`"


def test_status(query):
    """The values of `status` are described."""
    values = query("status").get("enum")
    is_right = sorted(values or []) == ["completed", "pending"]
    assert is_right, f"they are described as {values}"


@pytest.mark.parametrize(
    ("name", "value", "is_good"),
    [
        ("sort", "-created_at", True),
        ("sort", "password_hash", False),
        ("sort", "xtitle", False),
        ("sort", "titles", False),
        ("sort", "--title", False),
        ("fields", "title", True),
        ("fields", "password_hash", False),
        ("fields", "xtitle", False),
        ("fields", "titles", False),
        ("fields", "-title", False),
    ],
)
def test_names(query, send, document, name, value, is_good):
    """Which names `{name}` takes is described, so whether it takes {value}."""
    schema = query(name)
    expect(send(LIST, query_string={name: value})).status(200 if is_good else 422)
    written = [value] if schema.get("type") == "array" else value
    breaks = document.breaks(written, schema)
    assert bool(breaks) != is_good, (
        f"{name}={value} is {'taken' if is_good else 'refused'}; by the document it is "
        f"{'not allowed: ' + breaks[0] if breaks else 'allowed'}"
    )


def test_several_names(query, send, document):
    """That several names are parted by commas is described."""
    value = "status,-created_at"
    expect(send(LIST, query_string={"sort": value})).status(200)
    schema = query("sort")
    if schema.get("type") == "array":
        parameter = document.operation("GET", "/api/tasks").parameters("query")["sort"]
        is_comma = parameter.get("explode") is False and parameter.get("style") in (None, "form")
        assert is_comma, "an array is sent as sort=a&sort=b, unless `explode` is false"
    written = value.split(",") if schema.get("type") == "array" else value
    breaks = document.breaks(written, schema)
    assert not breaks, f"sort={value} is taken; by the document it is not allowed: {breaks[0]}"


@pytest.mark.parametrize(
    ("field", "word", "filled"),
    [
        ("title", "maxLength", "x"),
        ("description", "maxLength", "x"),
        ("tags", "maxItems", None),
    ],
)
def test_bodies(described, send, document, field, word, filled):
    """The limit of `{field}` is described, and is the one that the app has."""
    properties = document.properties(described("POST /api/tasks").body().get("schema"))
    limit = document.resolved(properties.get(field, {})).get(word)
    is_there = isinstance(limit, int)
    assert is_there, f"`{field}` has no `{word}`, and the app has one"
    for length, status in ((limit, 201), (limit + 1, 422)):
        value = filled * length if filled else [f"tag {number}" for number in range(length)]
        response = send("POST /api/tasks", json={"title": "Long"} | {field: value})
        expect(response).status(status, f"`{word}` of `{field}` is {limit}")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (LIST, "If-None-Match"),
        ("GET /api/tasks/{}", "If-None-Match"),
        ("PUT /api/tasks/{}", "If-Match"),
        ("PATCH /api/tasks/{}", "If-Match"),
        ("DELETE /api/tasks/{}", "If-Match"),
    ],
)
def test_headers(described, name, header):
    """That {name} looks at {header} is described."""
    operation = described(name)
    is_there = header.lower() in operation.parameters("header")
    assert is_there, f"{operation} has no parameter {header} in its headers"
