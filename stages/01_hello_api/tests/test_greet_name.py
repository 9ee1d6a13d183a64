import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("greet-name")


def greeting(name):
    return {"greeting": f"Hello, {name}! Nice to meet you."}


@pytest.mark.parametrize("name", ["Alice", "Bob"])
def test_greets_by_name(client, name):
    """`GET /api/greet/{name}` greets {name}."""
    response = client.get(f"/api/greet/{name}")
    expect(response).status(200, "one route with a variable answers for every name")
    expect(response).equals(greeting(name), "the name comes from the path")


def test_greets_a_name_with_a_blank(client):
    """`GET /api/greet/Ada%20Lovelace` greets Ada Lovelace: the path arrives decoded."""
    expect(client.get("/api/greet/Ada%20Lovelace")).equals(
        greeting("Ada Lovelace"), "%20 is how a blank travels in a URL; Flask has decoded it for you"
    )


@pytest.mark.parametrize(
    ("path", "name"), [("Zo%C3%AB", "Zoë"), ("%E6%9D%8E%E9%9B%B7", "李雷"), ("42", "42")]
)
def test_greets_any_name(client, path, name):
    """`GET /api/greet/{path}` greets {name}."""
    expect(client.get(f"/api/greet/{path}")).equals(
        greeting(name), "a name is any text: letters of every script, and digits too"
    )


def test_markup_in_a_name_stays_text(client):
    """A name with markup comes back in JSON as it was, and never as HTML."""
    response = client.get("/api/greet/%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(response).json("as text/html a browser would run the markup that a visitor put in")
    expect(response).equals(
        greeting("<img src=x onerror=alert(1)>"), "JSON needs no HTML escaping: the client shows it as text"
    )


def test_greet_without_a_name_is_404(client):
    """`GET /api/greet/` without a name is 404."""
    expect(client.get("/api/greet/Alice")).status(200, "there is a greeting for a name")
    expect(client.get("/api/greet/")).status(404, "a variable of a route is never empty")


def test_greet_refuses_post(client):
    """`POST /api/greet/Alice` is 405, and `Allow` names `GET`."""
    response = client.post("/api/greet/Alice")
    expect(response).status(405, "a greeting is read and changes nothing: GET alone")
    expect(response).header(
        "Allow", contains="GET", why="a 405 has to say which methods there are"
    )
