import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("not-modified")

LIST, ONE, STATS = "/api/tasks", "/api/tasks/1", "/api/tasks/stats"
HAS = "the client has this state, and says so"


def ask(caller, path, tag):
    return caller.get(path, headers={"If-None-Match": tag})


@pytest.mark.parametrize("path", [LIST, ONE, STATS, f"{LIST}?q=flask&sort=title"])
def test_not_modified(user, tag_of, path):
    """`GET {path}` with the tag of the state is 304, without a body, and with the tag."""
    tag = tag_of(user.get(path))
    response = ask(user, path, tag)
    expect(response).status(304, HAS).empty("a 304 has no body (RFC 9110, section 15.4.5)")
    expect(response).header("ETag", equals=tag, why="a 304 says of which state it speaks")


def test_again(user, tag_of):
    """It is 304 as often as one asks."""
    tag = tag_of(user.get(ONE))
    for _ in range(3):
        expect(ask(user, ONE, tag)).status(304, HAS)


def test_first_time(user):
    """Another tag than that of the state is answered with the state."""
    for path in (LIST, ONE, STATS):
        expect(ask(user, path, '"another"')).status(200, "the client has another state")
        tag = user.get(path).headers.get("ETag", "")
        expect(ask(user, path, tag)).status(304, HAS)


@pytest.mark.parametrize("path", [LIST, STATS])
def test_modified(user, tag_of, write, path):
    """After {write}, `GET {path}` with the old tag is the new state."""
    tag = tag_of(user.get(path))
    expect(ask(user, path, tag)).status(304, HAS)
    write()
    response = ask(user, path, tag)
    expect(response).status(200, "it has changed since").contains({"status": "success"})


def test_modified_task(user, tag_of):
    """After a change, the task with the old tag is the new state."""
    tag = tag_of(user.get(ONE))
    expect(ask(user, ONE, tag)).status(304, HAS)
    user.patch(ONE, json={"title": "Another title"})
    response = ask(user, ONE, tag)
    expect(response).status(200).contains({"data": {"title": "Another title"}})


@pytest.mark.parametrize("how", ["one of several", "as a weak one", "as a star"])
def test_other_ways(user, tag_of, how):
    """`If-None-Match` with the tag {how} is 304 as well."""
    tag = tag_of(user.get(LIST))
    sent = {"one of several": f'"a", {tag}, "b"', "as a weak one": f"W/{tag}", "as a star": "*"}
    why = "it is compared weakly, and may hold several tags (RFC 9110, section 13.1.2)"
    expect(ask(user, LIST, sent[how])).status(304, why)


def test_head(user, tag_of):
    """A HEAD with the tag is 304 as well."""
    tag = tag_of(user.get(LIST))
    expect(user.head(LIST, headers={"If-None-Match": tag})).status(304, "as a GET")


def test_token_first(client, user, tag_of):
    """Without a good token it is 401, whatever the tag."""
    tag = tag_of(user.get(LIST))
    expect(ask(user, LIST, tag)).status(304, HAS)
    expect(ask(client, LIST, tag)).status(401, "a 304 says that there are tasks, and which")


def test_errors_first(user, admin, tag_of):
    """What would be an error is an error: a tag is looked at where the answer would be 200."""
    tag, old = tag_of(user.get(LIST)), tag_of(user.get(ONE))
    expect(ask(user, ONE, old)).status(304, HAS)
    why = "RFC 9110, section 13.2.1: such headers count where the answer would be good without them"
    expect(ask(user, f"{LIST}?sort=colour", tag)).status(422, why)
    expect(ask(user, f"{LIST}?sort=colour", "*")).status(422, why)
    admin.delete(ONE)
    expect(ask(user, ONE, old)).status(404, why)
    expect(ask(user, ONE, "*")).status(404, why)


def test_cheap(user, tag_of, sql, select):
    """To answer 304 to a list, no task is read: the tag is known before."""
    tag = tag_of(user.get(LIST))
    with sql() as statements:
        expect(ask(user, LIST, tag)).status(304, HAS)
    read = select(statements)
    assert not read, f"a tag that is made from the answer needs the answer first: {read}"
