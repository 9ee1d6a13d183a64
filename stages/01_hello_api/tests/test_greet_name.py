"""Task greet-name: a variable in the route."""

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("greet-name")

OPENED = "there is a greeting for a name"


def greeting(name):
    """Return the body that greets a name."""
    return {"greeting": f"Hello, {name}! Nice to meet you."}


def test_greet_is_there(client):
    """`GET /api/greet/Alice` is answered with 200."""
    expect(client.get("/api/greet/Alice")).status(
        200,
        "a variable in the route, `<name>`, stands for whatever text the path has in its place; "
        "`<int:name>` would stand for digits alone",
    )


def test_greet_is_json(client):
    """A greeting is JSON, and its `Content-Type` says so."""
    expect(client.get("/api/greet/Alice")).json(
        "Flask sends a string as text/html, and a browser would run what a visitor wrote into the "
        "name; a dictionary is sent as JSON, where a name is only a text"
    )


@pytest.mark.parametrize("name", ["Alice", "Bob"])
def test_greets_by_name(client, name):
    """`GET /api/greet/{name}` greets {name}."""
    expect(client.get(f"/api/greet/{name}")).equals(
        greeting(name), "one view serves every name: what it says is made from the path's variable"
    )


@pytest.mark.parametrize("name", ["bell%20hooks", "O'Neill", "42"])
def test_greets_as_spelled(client, name):
    """`GET /api/greet/{name}` greets that name as it is spelled."""
    expect(client.get(f"/api/greet/{name}")).equals(
        greeting(name.replace("%20", " ")),
        "a name is any text, and its owner knows how it is spelled: change no letter of it. "
        "%20 is how a blank travels in a URL",
    )


def test_blanks_around_a_name_stay(client):
    """`GET /api/greet/%20Alice%20` greets that name with its two blanks."""
    expect(client.get("/api/greet/%20Alice%20")).equals(
        greeting(" Alice "),
        "this API promises to give a name back as it came; to clean it with strip() is a rule that "
        "nobody has asked for, and a client could not tell why its text has changed",
    )


@pytest.mark.parametrize(("path", "name"), [("Zo%C3%AB", "Zoë"), ("%E6%9D%8E%E9%9B%B7", "李雷")])
def test_greets_in_every_script(client, path, name):
    """`GET /api/greet/{path}` greets {name}."""
    expect(client.get(f"/api/greet/{path}")).equals(
        greeting(name),
        "in a URL other letters travel as percent signs and their bytes in UTF-8; Flask has "
        "decoded them when it calls your view",
    )


@pytest.mark.parametrize(("path", "name"), [("%2541lice", "%41lice"), ("C++", "C++")])
def test_name_is_decoded_once(client, path, name):
    """`GET /api/greet/{path}` greets `{name}`: the path is decoded once, and `+` is a plus."""
    expect(client.get(f"/api/greet/{path}")).equals(
        greeting(name),
        "Flask has decoded the path already; to decode it again changes names that have a % in "
        "them, and that + is a blank holds in forms and query strings alone",
    )


def test_name_with_quotes_stays_whole(client):
    """`GET /api/greet/Dwayne%20%22The%20Rock%22` greets him with his quotes, in sound JSON."""
    expect(client.get("/api/greet/Dwayne%20%22The%20Rock%22")).equals(
        greeting('Dwayne "The Rock"'),
        "a quote inside a JSON text is written with a backslash; who glues JSON together by hand "
        "forgets that, Flask does not",
    )


def test_markup_in_a_name_stays_text(client):
    """A name with markup comes back in JSON as it was sent, neither run nor rewritten."""
    expect(client.get("/api/greet/%3Cimg%20src=x%20onerror=alert(1)%3E")).equals(
        greeting("<img src=x onerror=alert(1)>"),
        "in JSON a name is data and needs no HTML escaping: to escape it is the work of the page "
        "that shows it, and done here it would spoil every other client",
    )


def test_greet_without_a_name_is_404(client):
    """`GET /api/greet/` without a name is 404."""
    expect(client.get("/api/greet/Alice")).status(200, OPENED)
    expect(client.get("/api/greet/")).status(
        404, "there is nobody to greet: a variable in a route is never empty"
    )


def test_name_is_one_segment_of_the_path(client):
    """`GET /api/greet/Alice/Bob` is 404: a name ends where the next slash begins."""
    expect(client.get("/api/greet/Alice")).status(200, OPENED)
    expect(client.get("/api/greet/Alice/Bob")).status(
        404,
        "a slash separates one part of a path from the next; `<name>` takes one part, "
        "`<path:name>` would swallow all that follow",
    )


def test_greet_refuses_post(client):
    """`POST /api/greet/Alice` is refused with 405, and `Allow` names `GET`."""
    response = client.post("/api/greet/Alice", json={})
    expect(response).status(
        405, "a greeting is read and changes nothing, so the route takes GET alone"
    )
    expect(response).header(
        "Allow", contains="GET", why="a 405 must say which methods there are (RFC 9110, 15.5.6)"
    )
