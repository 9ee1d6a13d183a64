import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("user-by-id")

ALICE = {"name": "Alice", "email": "alice@example.com"}
BOB = {"name": "Bob", "email": "bob@example.com"}


@pytest.mark.parametrize(("number", "user"), [(1, ALICE), (2, BOB)], ids=["1", "2"])
def test_shows_the_user(client, number, user):
    """`GET /api/users/{number}` answers with the name and e-mail of user {number}, in JSON."""
    expect(client.get(f"/api/users/{number}")).status(
        200,
        "one route with a variable answers for every user; with `<int:user_id>` it arrives as the "
        "number that is the key of USERS, and without the converter as a text: '1' is not 1",
    ).contains(user, "the number in the path is the key under which the user is kept")


@pytest.mark.parametrize("number", [3, 0])
def test_unknown_user_is_404(client, refused, number):
    """`GET /api/users/{number}` is 404 in JSON: there is no such user."""
    expect(client.get("/api/users/1")).status(200, "first the user that there is has to be shown")
    refused(
        client.get(f"/api/users/{number}"),
        404,
        "asking for what is not there is no fault of the server (500), and no success (200)",
    )


@pytest.mark.parametrize("word", ["alice", "-1", "1.0"])
def test_user_id_is_a_whole_number(client, refused, word):
    """`GET /api/users/{word}` is 404 in JSON: the route takes whole numbers alone."""
    expect(client.get("/api/users/1")).status(200, "first the user that there is has to be shown")
    refused(
        client.get(f"/api/users/{word}"),
        404,
        "with the converter `int` such a path matches no route, and your view is never called",
    )


def test_users_refuse_delete(client):
    """`DELETE /api/users/1` is 405, and `Allow` names `GET`."""
    response = client.delete("/api/users/1")
    expect(response).status(405, "the path exists, the method does not: RFC 9110, 15.5.6")
    expect(response).header("Allow", contains="GET", why="a 405 has to say which methods there are")
