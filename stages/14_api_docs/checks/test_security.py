import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("security")

OPEN = {
    "GET /health": {},
    "GET /readiness": {},
    "POST /auth/login": {"json": {"username": "user", "password": "password"}},
    "POST /auth/register": {
        "json": {"username": "grace", "email": "g@example.com", "password": "a long password"}
    },
}
CLOSED = (
    "GET /api/tasks",
    "POST /api/tasks",
    "GET /api/tasks/stats",
    "GET /api/tasks/{}",
    "PUT /api/tasks/{}",
    "PATCH /api/tasks/{}",
    "DELETE /api/tasks/{}",
    "POST /api/tasks/{}/process",
    "GET /api/jobs/{}",
    "GET /auth/me",
    "POST /auth/logout",
    "POST /auth/refresh",
)


@pytest.mark.parametrize("name", CLOSED)
def test_closed(client, described, name):
    """{name} needs a token: `security` names a scheme, and the scheme is a Bearer token."""
    method, path = name.split()
    response = getattr(client, method.lower())(path.replace("{}", "3"))
    expect(response).status(401)
    operation = described(name)
    takes = operation.takes_token()
    assert takes, f"{operation} is answered 401 without a token; described, it needs none"
    both = [sorted(one) for one in operation.alternatives() if len(one) > 1]
    assert not both, f"{operation} asks for {both[0]} at once, and there is one `Authorization`"
    for scheme in operation.schemes():
        is_bearer = scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
        assert is_bearer, (
            f"{operation} names a scheme that is {scheme or 'not among the components'}; a token "
            "is sent as `Authorization: Bearer ...`, that is `type: http` and `scheme: bearer`"
        )


@pytest.mark.parametrize("name", OPEN)
def test_open(client, described, name):
    """{name} needs no token, and the document does not ask for one."""
    method, path = name.split()
    response = getattr(client, method.lower())(path, **OPEN[name])
    is_let_in = response.status_code in (200, 201)
    assert is_let_in, f"{name} is answered {response.status_code} without a token"
    operation = described(name)
    takes = operation.takes_token()
    assert not takes, f"{operation} asks for a token that a client does not have yet"


def test_kinds(user, refresher, described):
    """The refresh token is another scheme than the access token; a logout takes either."""
    path = "/auth/refresh"
    expect(user.post(path)).status(401, "with the access token nobody gets a new one")
    expect(refresher.post(path)).status(200)
    names = {
        name: {scheme for one in described(name).alternatives() for scheme in one}
        for name in ("GET /api/tasks", "POST /auth/refresh", "POST /auth/logout")
    }
    listed, refreshed, ended = names.values()
    is_other = bool(listed and refreshed) and not listed & refreshed
    assert is_other, (
        f"the list takes {sorted(listed)}, and the refresh {sorted(refreshed)}: whoever fills in "
        "one token for both is refused by one of them"
    )
    is_either = ended == listed | refreshed
    assert is_either, f"a logout takes {sorted(ended)}, and the app takes a token of either kind"


def test_schemes(document):
    """Every scheme is described in `components.securitySchemes`."""
    schemes = document.content.get("components", {}).get("securitySchemes", {})
    assert schemes, "there is none: nobody learns from the document how a token is sent"
    for operation in document.operations():
        is_known = all(operation.schemes())
        assert is_known, f"{operation} names one that is not there"
