"""API5:2023, broken function level authorization: what is for admins."""

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("users")


@pytest.fixture
def path(user, id_of):
    """Return the path of `user` as admins see it."""
    return f"/api/users/{id_of(user)}"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
def test_for_admins(user, path, method):
    """{method} of /api/users is 403 for everybody else."""
    options = {"json": {"role": "admin"}} if method == "PATCH" else {}
    for address in ("/api/users", path) if method != "PATCH" else (path,):
        expect(user.open(address, method=method, **options)).status(403)
    me = user.get("/auth/me")
    expect(me).contains({"data": {"role": "user"}}, "nobody makes an admin of themselves")


def test_without_a_token(client, admin):
    """Without a token it is 401."""
    expect(client.get("/api/users")).status(401)
    expect(client.patch("/api/users/1", json={"role": "admin"})).status(401)
    expect(admin.get("/api/users")).status(200)


def test_list(admin):
    """An admin sees all users, a page at a time, with `meta` and `links`."""
    answer = admin.get("/api/users", query_string={"per_page": 1})
    expect(answer).status(200).contains({"meta": {"total": 2, "pages": 2, "per_page": 1}})
    body = answer.get_json()
    keys = {"id", "username", "email", "role", "is_active", "created_at"}
    found = set(body["data"][0])
    assert found == keys, f"a user has {sorted(keys)}; shown are {sorted(found)}"
    second = admin.get(body["links"]["next"].partition("localhost")[2])
    names = [page["data"][0]["username"] for page in (body, expect(second).status(200).json())]
    assert sorted(names) == ["admin", "user"], f"on the two pages are {names}"


@pytest.mark.parametrize(("q", "names"), [("USE", ["user"]), ("admin@", ["admin"]), ("%", [])])
def test_search(admin, q, names):
    """`q` searches name and address, in whatever case ({q})."""
    answer = admin.get("/api/users", query_string={"q": q})
    found = [user["username"] for user in expect(answer).status(200).json()["data"]]
    assert found == names, f"with q={q} these are found: {found}"


def test_one(admin, path):
    """An admin sees one user; one that is not there is 404."""
    expect(admin.get(path)).status(200).contains({"data": {"username": "user", "is_active": True}})
    expect(admin.get("/api/users/999")).status(404).contains({"error": {"code": "USER_NOT_FOUND"}})
    expect(admin.get(f"/api/users/{10**20}")).status(404)
    expect(admin.patch("/api/users/999", json={"role": "user"})).status(404)


def test_promote(admin, user, path):
    """A role counts from the next request on, with the token that was there before."""
    expect(user.get("/api/users")).status(403)
    answer = admin.patch(path, json={"role": "admin"})
    expect(answer).status(200).contains({"data": {"role": "admin"}})
    expect(user.get("/api/users")).status(200)
    expect(admin.patch(path, json={"role": "user"})).status(200)
    expect(user.get("/api/users")).status(403, "the token is older than that")


def test_list_is_fresh(admin, path):
    """What an admin has changed is in the list from the next request on."""
    for active in (False, True):
        before = expect(admin.get("/api/users")).status(200).json()["data"]
        assert [user["is_active"] for user in before] == [True, not active], "as it was"
        expect(admin.patch(path, json={"is_active": active})).status(200)
        after = admin.get("/api/users").get_json()["data"]
        shown = [user["is_active"] for user in after]
        is_fresh = shown == [True, active]
        assert is_fresh, (
            f"`is_active` of admin and user are {shown}: is it an answer that was kept?"
        )


@pytest.mark.parametrize("body", [{"role": "user"}, {"is_active": False}])
def test_oneself(admin, id_of, body):
    """An admin cannot lock themselves out ({body})."""
    path = f"/api/users/{id_of(admin)}"
    answer = admin.patch(path, json=body)
    expect(answer).status(409, "then nobody might be left who could take it back")
    expect(admin.get(path)).contains({"data": {"role": "admin", "is_active": True}})


def test_deactivate(admin, user, path, client, tokens_of, bearer):
    """Who is not active has no access: with no token, by no login."""
    tokens = tokens_of(client)
    expect(admin.patch(path, json={"is_active": False})).status(200)
    expect(user.get("/api/tasks")).status(401, "a token is good for a quarter of an hour more")
    expect(client.post("/auth/refresh", headers=bearer(tokens["refresh_token"]))).status(401)
    right = client.post("/auth/login", json={"username": "user", "password": "password"})
    expect(right).status(401).contains({"error": {"code": "INVALID_CREDENTIALS"}})
    wrong = client.post("/auth/login", json={"username": "user", "password": "not this one"})
    expect(right).equals(wrong.get_json(), "else one could tell that the password is right")


def test_activate_again(admin, user, path, client):
    """Who is active again can log in again."""
    expect(admin.patch(path, json={"is_active": False})).status(200)
    expect(admin.patch(path, json={"is_active": True})).status(200)
    answer = client.post("/auth/login", json={"username": "user", "password": "password"})
    expect(answer).status(200)


def test_private(admin):
    """What an admin is shown of users is kept by nobody else."""
    header = expect(admin.get("/api/users")).status(200).header("Cache-Control")
    is_private = "private" in header or "no-store" in header
    assert is_private, f"Cache-Control is {header!r}"


def test_described(admin, user, path, conforms):
    """The administration is described."""
    conforms("GET", "/api/users", expect(admin.get("/api/users")).status(200).response)
    conforms("GET", "/api/users", user.get("/api/users"))
    conforms("GET", "/api/users/{}", admin.get(path))
    conforms("PATCH", "/api/users/{}", admin.patch(path, json={"role": "user"}))
    conforms("PATCH", "/api/users/{}", admin.patch(path, json={}))
