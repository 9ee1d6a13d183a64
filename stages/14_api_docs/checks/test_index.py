from urllib.parse import urlsplit

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("index")

LINKS = {
    "self": "/api/",
    "service-desc": "/openapi.json",
    "service-doc": "/apidocs/",
    "status": "/readiness",
    "register": "/auth/register",
    "login": "/auth/login",
    "refresh": "/auth/refresh",
    "logout": "/auth/logout",
    "me": "/auth/me",
    "tasks": "/api/tasks",
    "stats": "/api/tasks/stats",
}


@pytest.mark.parametrize("path", ["/api/", "/api"])
def test_served(client, path):
    """`GET {path}` says which API this is, and needs no token."""
    response = client.get(path)
    expect(response).status(200, "it is the one address that a client has to know")
    expect(response).contains({"status": "success"})


def test_about(client, document):
    """It has the name and the version that the document has."""
    info = document.content["info"]
    response = client.get("/api/")
    expect(response).status(200)
    about = {"name": info.get("title"), "version": info.get("version")}
    expect(response).contains({"data": about}, "one API has one version")


@pytest.mark.parametrize("name", LINKS)
def test_links(client, name):
    """`links` has `{name}`, a full address."""
    response = client.get("/api/")
    expect(response).status(200)
    links = response.get_json().get("links") or {}
    parts = urlsplit(str(links.get(name)))
    is_right = parts.netloc == "localhost" and parts.path.rstrip("/") == LINKS[name].rstrip("/")
    assert is_right, (
        f"`links.{name}` is {links.get(name)!r}; it leads to {LINKS[name]}, with the host"
    )


def test_followed(client, user):
    """Each link leads somewhere."""
    links = expect(client.get("/api/")).status(200).json().get("links") or {}
    assert links, "there are no links"
    for name, url in links.items():
        response = user.get(urlsplit(str(url)).path)
        leads = response.status_code != 404
        assert leads, f"`links.{name}` is {url}, and there is nothing"


def test_host(client):
    """The links lead to the host that was asked, whatever it is called."""
    response = client.get("/api/", base_url="https://tasks.example.com")
    links = expect(response).status(200).json().get("links") or {}
    assert links, "there are no links"
    for name, url in links.items():
        is_right = str(url).startswith("https://tasks.example.com/")
        assert is_right, f"`links.{name}` is {url}; the client has asked https://tasks.example.com"


def test_described(client, conforms):
    """It is described in the document, with all of its links."""
    conforms("GET /api/", client.get("/api/"))
