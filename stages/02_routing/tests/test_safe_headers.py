import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("safe-headers")

ORDINARY = {"Accept": "application/json", "User-Agent": "curious-cat/1.0"}
SECRET = "s3cr3t-0f-alice"  # noqa: S105  # the text that must not come back, no credential


def shown(response):
    """Return the headers that an answer shows: name in small letters to value, however nested."""
    body = expect(response).status(200, "every request has headers to show").json()
    pairs = {}

    def collect(part):
        if isinstance(part, dict):
            pairs.update({k.lower(): v for k, v in part.items() if not isinstance(v, dict)})
            part = list(part.values())
        for inner in part if isinstance(part, list) else ():
            collect(inner)

    collect(body)
    return pairs


@pytest.mark.parametrize("name", ORDINARY)
def test_shows_an_ordinary_header(client, name):
    """`GET /api/show-headers` shows `{name}` with the value that was sent."""
    assert (
        shown(client.get("/api/show-headers", headers=ORDINARY)).get(name.lower()) == ORDINARY[name]
    ), "the headers of the request are in request.headers, by name"


def test_authorization_is_not_shown(client):
    """`Authorization` is not shown: neither its name nor its value."""
    headers = {**ORDINARY, "Authorization": f"Bearer {SECRET}"}
    response = client.get("/api/show-headers", headers=headers)
    names = sorted(shown(response))
    assert "authorization" not in names, (
        "who reads this header can act as the user, and answers end up in logs and screenshots"
    )
    assert SECRET not in response.text, "a secret under another name is still told"


def test_cookie_is_not_shown(client):
    """`Cookie` is not shown: neither its name nor its value."""
    client.set_cookie("session", SECRET)
    response = client.get("/api/show-headers", headers=ORDINARY)
    names = sorted(shown(response))
    assert "cookie" not in names, (
        "a session cookie is as good as a password, and HttpOnly keeps it from scripts on purpose: "
        "an echo would hand it to them"
    )
    assert SECRET not in response.text, "a secret under another name is still told"


def test_ordinary_headers_are_shown_beside_secrets(client):
    """A request with secrets still has its ordinary headers shown."""
    client.set_cookie("session", SECRET)
    headers = {**ORDINARY, "Authorization": f"Bearer {SECRET}"}
    seen = shown(client.get("/api/show-headers", headers=headers))
    for name, value in ORDINARY.items():
        assert seen.get(name.lower()) == value, "leave out the secrets, and nothing else for them"


def test_a_header_that_was_not_sent(client):
    """A request without `Accept` and the like is fine too: what was not sent is not shown."""
    response = client.get("/api/show-headers")
    seen = shown(response)
    assert not seen.get("accept"), "no Accept was sent with this request"
