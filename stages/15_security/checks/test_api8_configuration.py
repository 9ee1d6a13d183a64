"""API8:2023, security misconfiguration: what browsers are allowed, and what errors tell."""

import re

import pytest

from workshop.suite import expect

browsers = pytest.mark.task("browsers")
OURS, EVIL = "https://app.example.com", "https://evil.example"
ALLOWED = {"CORS_ORIGINS": f"{OURS}, https://admin.example.com"}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def open_to(serve, as_):
    """Return a function that starts an app with a list of origins, and returns `user` there."""
    return lambda env: as_(serve(env=env))


@browsers
@pytest.mark.parametrize("origin", [OURS, "https://admin.example.com"])
def test_allowed(open_to, origin):
    """A page of {origin}, which is in CORS_ORIGINS, may read answers."""
    answer = open_to(ALLOWED).get("/api/tasks", headers={"Origin": origin})
    expect(answer).status(200).header("Access-Control-Allow-Origin", equals=origin)
    vary = ", ".join(answer.headers.getlist("Vary"))
    is_told = "Origin" in vary and "Authorization" in vary
    assert is_told, f"Vary is {vary!r}: a cache would hand this to another page, or another user"


@browsers
@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        f"{OURS}.evil.example",
        "http://app.example.com",
        "https://appXexample.com",
        f"{OURS}:8443",
        "https://example.com",
    ],
)
def test_not_allowed(open_to, origin):
    """A page of {origin}, which is not in CORS_ORIGINS, may read nothing."""
    user = open_to(ALLOWED)
    expect(user.get("/api/tasks", headers={"Origin": OURS})).header("Access-Control-Allow-Origin")
    answer = user.get("/api/tasks", headers={"Origin": origin})
    expect(answer).header("Access-Control-Allow-Origin", absent=True, why="it is none of ours")


@pytest.mark.parametrize("env", [{}, {"CORS_ORIGINS": ""}])
def test_nobody(open_to, env):
    """Without CORS_ORIGINS no page may read anything."""
    for origin in (EVIL, "http://localhost:3000"):
        answer = open_to(env).get("/api/tasks", headers={"Origin": origin})
        expect(answer).header("Access-Control-Allow-Origin", absent=True, why="nobody was named")


@browsers
@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/3", "/auth/login", "/api/jobs/x"])
def test_preflight(open_to, path):
    """A browser that asks before it sends (OPTIONS {path}) needs no token, and is told yes."""
    client = open_to(ALLOWED).client
    asks = {
        "Origin": OURS,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, if-match",
    }
    answer = client.options(path, headers=asks)
    is_yes = answer.status_code in (200, 204)
    assert is_yes, f"it is answered {answer.status_code}: a browser sends no token with it"
    expect(answer).header("Access-Control-Allow-Origin", equals=OURS)
    allowed = answer.headers.get("Access-Control-Allow-Headers", "").lower()
    missing = [
        name for name in asks["Access-Control-Request-Headers"].split(", ") if name not in allowed
    ]
    assert not missing, f"a page may not send {missing}; allowed are: {allowed or 'none'}"


@browsers
def test_preflight_of_others(open_to):
    """A page of somebody else is not told yes."""
    asks = {"Origin": EVIL, "Access-Control-Request-Method": "DELETE"}
    client = open_to(ALLOWED).client
    yes = client.options("/api/tasks/3", headers=asks | {"Origin": OURS})
    expect(yes).header("Access-Control-Allow-Origin", equals=OURS)
    answer = client.options("/api/tasks/3", headers=asks)
    expect(answer).header("Access-Control-Allow-Origin", absent=True)


@browsers
def test_exposed(open_to):
    """A page may read the headers that a client needs."""
    answer = open_to(ALLOWED).get("/api/tasks/3", headers={"Origin": OURS})
    exposed = answer.headers.get("Access-Control-Expose-Headers", "").lower()
    missing = [
        name for name in ("etag", "location", "retry-after", "x-request-id") if name not in exposed
    ]
    assert not missing, f"a page cannot see {missing}, without which it cannot work"


@browsers
def test_no_credentials(open_to):
    """No page is allowed to let a browser send what it has stored."""
    answer = open_to(ALLOWED).get("/api/tasks", headers={"Origin": OURS})
    expect(answer).header("Access-Control-Allow-Origin", equals=OURS)
    expect(answer).header(
        "Access-Control-Allow-Credentials", absent=True, why="tokens are no cookies"
    )


@browsers
@pytest.mark.parametrize(
    ("what", "path", "status"),
    [
        ("a list", "/api/tasks", 200),
        ("an error", "/api/tasks/99", 404),
        ("an unknown address", "/nothing", 404),
        ("a bug", "/crash", 500),
        ("the health", "/health", 200),
    ],
)
def test_headers(serve, as_, what, path, status):
    """The answer with {what} has the headers that keep browsers from guessing and framing."""
    user = as_(serve(crash_at="/crash"))
    answer = user.get(path)
    expect(answer).status(status)
    for name, value in SAFE.items():
        expect(answer).header(name, equals=value)
    policy = answer.headers.get("Content-Security-Policy", "")
    is_strict = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert is_strict, f"Content-Security-Policy is {policy!r}; JSON has nothing to load"


@browsers
def test_headers_without_a_token(client):
    """So has a 401."""
    answer = client.get("/api/tasks")
    expect(answer).status(401).header("X-Content-Type-Options", equals="nosniff")


@browsers
def test_https(client):
    """Who has come by HTTPS is told to do so always; by HTTP nobody is."""
    plain = client.get("/health")
    expect(plain).header("Strict-Transport-Security", absent=True, why="RFC 6797, section 7.2")
    safe = client.get("/health", base_url="https://localhost")
    value = expect(safe).header("Strict-Transport-Security")
    age = re.search(r"max-age=(\d+)", value)
    is_long = bool(age) and int(age[1]) >= 31_536_000
    assert is_long, f"Strict-Transport-Security is {value!r}; a year is the least"


@browsers
def test_page_still_works(client):
    """The page of the document may run its own scripts, and no others."""
    answer = client.get("/apidocs/")
    policy = expect(answer).status(200).header("Content-Security-Policy")
    rules = dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())
    scripts = rules.get("script-src", rules.get("default-src", ""))
    is_loaded = "'self'" in scripts
    assert is_loaded, f"script-src is {scripts!r}, so that the page stays empty"
    is_open = "'unsafe-inline'" in scripts or "*" in scripts or "https:" in scripts
    assert not is_open, f"script-src is {scripts!r}: whatever gets into the page would run"
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", answer.get_data(as_text=True))
    for attributes in inline:
        nonce = re.search(r"nonce=[\"']([^\"']+)", attributes)
        may_run = (bool(nonce) and f"'nonce-{nonce[1]}'" in scripts) or "'sha256-" in scripts
        assert may_run, "the script that stands in the page itself may not run by script-src"


@browsers
def test_nonce(client):
    """The word by which a script is known is another one each time."""
    policies = [
        expect(client.get("/apidocs/")).status(200).header("Content-Security-Policy") for _ in "12"
    ]
    nonces = [re.findall(r"'nonce-([^']+)'", policy) for policy in policies]
    is_known = bool(nonces[0]) and nonces[0] == nonces[1]
    assert not is_known, f"it is {nonces[0]} each time, so that whoever attacks knows it"


def test_errors(serve, log):
    """A bug tells a client nothing, as before."""
    answer = serve(crash_at="/crash").get("/crash")
    expect(answer).status(500)
    is_told = "secret-in-exception" in answer.get_data(as_text=True)
    assert not is_told, "an exception says what the program is made of"


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY", "DATABASE_URL"])
def test_secrets(cli, name):
    """Production does not start without {name}, as before."""
    env = {
        "FLASK_CONFIG": "production",
        "SECRET_KEY": "0123456789abcdef" * 3,
        "JWT_SECRET_KEY": "fedcba9876543210" * 3,
        "SMTP_URL": "smtp://127.0.0.1:25",
        "MAIL_FROM": "api@example.com",
        name: "",
    }
    done = cli("routes", env=env)
    is_refused = done.exit_code != 0 and name in done.output
    assert is_refused, f"it starts without, or does not name it: {done.output[-300:]}"
