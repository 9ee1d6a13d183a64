import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("admin-only")

WHY = "to delete is for the role admin: we know who asks, and they may not"


def test_user_does_not_delete(logged_in, refused):
    """`DELETE /api/tasks/1` by `user` is 403 in the envelope, and the task stays."""
    user = logged_in("user")
    answer = user.delete("/api/tasks/1")
    refused(answer, 403, WHY)
    expect(answer).header("WWW-Authenticate", absent=True, why="logging in again would not help")
    expect(user.get("/api/tasks/1")).status(200, "nothing was deleted")


def test_user_does_not_delete_their_own(logged_in, task_in, refused):
    """`DELETE` of a task of one's own is 403 as well."""
    user = logged_in("user")
    task = task_in(user.post("/api/tasks", json={"title": "Mine"}), 201)
    refused(user.delete(f"/api/tasks/{task['id']}"), 403, WHY)


def test_user_does_not_delete_what_is_not_there(logged_in):
    """`DELETE` of an unknown task by `user` is 403, or 404."""
    status = logged_in("user").delete("/api/tasks/999999").status_code
    assert status in (403, 404), "a user may not delete, and there is nothing to delete"
    expect(logged_in("user").delete("/api/tasks/2")).status(403, WHY)


def test_demoted_admin_does_not_delete(logged_in, database, refused):
    """An admin who was demoted does not delete, with the token from before."""
    admin = logged_in("admin")
    database.set_role("admin", "user")
    answer = admin.delete("/api/tasks/1")
    refused(answer, 403, "the token is older than the demotion: look the role up")
    expect(admin.get("/api/tasks/1")).status(200, "nothing was deleted")


def test_promoted_user_deletes(logged_in, database, refused):
    """A user who was made an admin deletes, with the token from before."""
    user = logged_in("user")
    refused(user.delete("/api/tasks/1"), 403, WHY)
    database.set_role("user", "admin")
    expect(user.delete("/api/tasks/1")).status(204, "the role in the database is what counts")


def test_unknown_role_does_not_delete(logged_in, database, refused):
    """Somebody with a role that is neither `user` nor `admin` does not delete."""
    admin = logged_in("admin")
    for role in ("guest", "administrator", "ADMIN", ""):
        database.set_role("admin", role)
        refused(admin.delete("/api/tasks/1"), 403, "admin is what the list of the allowed says")


def test_claim_of_a_role_is_no_role(tokens_of, claims_of, holding, refused):
    """A token that is edited to say `"role": "admin"` is 401, and deletes nothing."""
    import base64
    import json

    token = tokens_of("user")["access_token"]
    claims = claims_of(token) | {"role": "admin", "roles": ["admin"], "is_admin": True}
    header, _, signature = token.split(".")
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    answer = holding(f"{header}.{payload}.{signature}").delete("/api/tasks/1")
    refused(answer, 401, "the signature is that of another payload", "TOKEN_INVALID")
    refused(holding(token).delete("/api/tasks/1"), 403, WHY)


def test_admin_deletes(logged_in, refused):
    """`DELETE` by `admin` is 204, whoever owns the task, and then 404; by `user` it is 403."""
    admin = logged_in("admin")
    refused(logged_in("user").delete("/api/tasks/1"), 403, WHY)
    expect(admin.delete("/api/tasks/1")).status(204, "admins may")
    refused(admin.get("/api/tasks/1"), 404, "it was deleted")
    refused(admin.delete("/api/tasks/1"), 404, "there is nothing left to delete")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_user_still_changes(logged_in, method, refused):
    """`{method}` by `user` is 200: the role is needed to delete, and for nothing else."""
    user = logged_in("user")
    refused(user.delete("/api/tasks/3"), 403, WHY)
    body = {"title": "Better", "status": "pending"}
    expect(user.open("/api/tasks/3", method=method, json=body)).status(200, "users may change")
