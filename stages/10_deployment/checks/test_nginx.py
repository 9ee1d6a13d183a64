import re

import pytest

from workshop.suite import expect
from workshop.suite.nginx import client_address, complaint

pytestmark = pytest.mark.task("nginx")

ITSELF = "what nginx answers itself reaches the same clients as what you answer"
FORGED = {
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}


@pytest.fixture
def log(server):
    """Return a function that ends Gunicorn, and returns its log, from which `line_of` reads."""
    return server.last_log


@pytest.fixture
def front(nginx, server):
    """Return nginx in front of the app under Gunicorn."""
    front = nginx(server)
    is_there = front.answers()
    said = complaint(front.log(), front.folder)
    assert is_there, f"nginx does not take the files in deploy/:\n{said}"
    return front


@pytest.fixture
def link(front, deploy, log_in):
    """Return a function that returns the link of a list to itself, asked with some headers."""

    def link(headers):
        # The hashes of the sample are made for checks, which Gunicorn's own process is not.
        response = front.ask("GET", "/api/tasks", headers=log_in(deploy()) | headers)
        expect(response).status(200)
        return response.get_json()["links"]["self"]

    return link


def expect_envelope(response, status):
    """Expect an error as the API answers it."""
    expect(response).status(status, ITSELF)
    expect(response).header("Content-Type", contains="application/json", why=ITSELF)
    body = response.get_json(silent=True)
    is_envelope = isinstance(body, dict) and body.get("status") == "error"
    assert is_envelope, f"no envelope, so clients have no `error.code`: {response.text[:200]}"
    error = body.get("error")
    is_whole = isinstance(error, dict) and {"code", "message", "details"} <= set(error)
    assert is_whole, f"`error` has a `code`, a `message` and `details`: {response.text[:200]}"


def test_passes_requests_on(front):
    """A request to nginx is answered by the app."""
    expect(front.ask("GET", "/healthz")).status(200, "it is passed on to Gunicorn's socket")
    response = front.ask("GET", "/api/tasks?page=0")
    expect(response).status(401, "and what the app has to say comes back as it is")


def test_says_who_asks(front, line_of):
    """The app learns the client's address from it."""
    expect(front.ask("GET", "/health")).status(200)
    assert line_of("/health").get("client") == client_address(), (
        "the app sees only nginx, unless nginx says in X-Forwarded-For who has asked"
    )


def test_forged_address(front, line_of):
    """An `X-Forwarded-For` that the client has sent is not believed."""
    expect(front.ask("GET", "/health", headers=FORGED)).status(200)
    assert line_of("/health").get("client") == client_address(), (
        "the app believes the last entry, so nginx has to write that"
    )


def test_host_and_scheme(link):
    """Links lead to the host that was asked, by the scheme that was used."""
    found = link({"Host": "tasks.example"})
    assert found.startswith("http://tasks.example/"), (
        f"{found}: the app knows neither host nor scheme, unless nginx hands them on"
    )


def test_forged_host_and_scheme(link):
    """`X-Forwarded-Host` and `X-Forwarded-Proto` of a client are not believed."""
    found = link({"Host": "tasks.example"} | FORGED)
    assert found.startswith("http://tasks.example/"), (
        f"{found}: nginx passes on what a client has sent, unless it sets the header itself"
    )


def test_request_id_goes_through(front, line_of):
    """A request id goes through to the log, and comes back."""
    response = front.ask("GET", "/health", headers={"X-Request-ID": "through-nginx"})
    expect(response).header("X-Request-ID", equals="through-nginx", why="it is the client's own")
    assert line_of("/health").get("request_id") == "through-nginx"


def test_a_body_that_is_too_large(front):
    """A body of 3 MB is 413, in the envelope."""
    body = '{"title": "' + "x" * 3_000_000 + '"}'
    headers = {"Content-Type": "application/json"}
    expect_envelope(front.ask("POST", "/auth/login", body, headers), 413)


def test_a_body_of_a_few_kilobytes(front):
    """A body of 100 kB is for the app to judge."""
    body = '{"username": "' + "x" * 100_000 + '", "password": "password"}'
    headers = {"Content-Type": "application/json"}
    response = front.ask("POST", "/auth/login", body, headers)
    is_judged = response.status_code != 413 and response.is_json
    assert is_judged, "a description may be long, and a limit is for what is absurd"


def test_no_app_behind_it(front, server):
    """While the app is away, the answer is 502 (or 503) in the envelope."""
    server.terminate()
    assert server.ends(20), "Gunicorn does not end"
    response = front.ask("GET", "/api/tasks")
    expect_envelope(response, 503 if response.status_code == 503 else 502)


def test_the_app_s_own_errors(front, server):
    """An error of the app passes through as it is, a 503 too."""
    response = front.ask("GET", "/api/no-such-thing")
    expect(response).status(404)
    code = (response.get_json(silent=True) or {}).get("error", {}).get("code")
    assert code == server.ask("GET", "/api/no-such-thing").get_json()["error"]["code"], (
        "the app's own answer knows more than a page of nginx"
    )


def test_keeps_its_version_to_itself(front):
    """The `Server` header does not tell the version of nginx."""
    served_by = front.ask("GET", "/healthz").headers.get("Server", "")
    assert not re.search(r"\d", served_by), (
        f"`Server: {served_by}` tells everybody which holes to try: see server_tokens"
    )
