import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("if-match")

ONE = "/api/tasks/1"
CHANGE = {"title": "Mine"}
WHOLE = {"title": "Mine", "status": "pending"}
STALE = "somebody has changed it since: this would undo what nobody here has seen"
WAYS = {
    "PUT": lambda caller, headers: caller.put(ONE, json=WHOLE, headers=headers),
    "PATCH": lambda caller, headers: caller.patch(ONE, json=CHANGE, headers=headers),
    "DELETE": lambda caller, headers: caller.delete(ONE, headers=headers),
}


@pytest.fixture
def stale(admin, tag_of):
    """Return a function that returns the tag of a state of task 1 that is gone."""

    def stale():
        tag = tag_of(admin.get(ONE))
        admin.patch(ONE, json={"title": "Theirs"})
        return tag

    return stale


@pytest.fixture
def failed(admin, tag_of):
    """Return a function that expects 412 in the envelope, and that nothing has changed."""

    def failed(response):
        expect(response).status(412, STALE)
        expect(response).contains(
            {"status": "error", "error": {"code": "PRECONDITION_FAILED", "details": {}}},
            "every error has the envelope of stage 3",
        )
        after = admin.get(ONE)
        expect(after).status(200).contains({"data": {"title": "Theirs"}}, "nothing may be changed")

    return failed


@pytest.mark.parametrize("way", WAYS)
def test_stale(admin, stale, failed, way):
    """A {way} with the tag of a state that is gone is 412, and changes nothing."""
    failed(WAYS[way](admin, {"If-Match": stale()}))


@pytest.mark.parametrize("way", WAYS)
def test_current(admin, stale, tag_of, failed, way):
    """A {way} with the tag of the state as it is goes through."""
    failed(WAYS[way](admin, {"If-Match": stale()}))
    tag = tag_of(admin.get(ONE))
    response = WAYS[way](admin, {"If-Match": tag})
    expect(response).status(204 if way == "DELETE" else 200, "nobody has changed it since")


def test_chain(user, tag_of):
    """The tag in the answer to a PATCH is good for the next one, and the one before is not."""
    tags = [tag_of(user.get(ONE))]
    for number in range(3):
        change = {"title": f"Edit {number}"}
        response = user.patch(ONE, json=change, headers={"If-Match": tags[-1]})
        tags.append(tag_of(response))
    response = user.patch(ONE, json=CHANGE, headers={"If-Match": tags[-2]})
    expect(response).status(412, STALE)


@pytest.mark.parametrize("sent", ["*", "several"])
def test_other_ways(user, stale, tag_of, failed, sent):
    """`If-Match` with {sent} goes through where one of it fits, and only then."""
    failed(user.patch(ONE, json=CHANGE, headers={"If-Match": f'"a", {stale()}'}))
    tag = tag_of(user.get(ONE))
    value = "*" if sent == "*" else f'"a", {tag}, "b"'
    response = user.patch(ONE, json=CHANGE, headers={"If-Match": value})
    expect(response).status(200, "a star is any state, and of several one is enough")


def test_weak(user, stale, tag_of, failed):
    """A weak tag fits nothing: `If-Match` is compared strongly (RFC 9110, section 13.1.1)."""
    stale()
    tag = tag_of(user.get(ONE))
    failed(user.patch(ONE, json=CHANGE, headers={"If-Match": f"W/{tag}"}))


def test_without(user, stale, failed):
    """Without `If-Match` a change goes through, as before."""
    failed(user.patch(ONE, json=CHANGE, headers={"If-Match": stale()}))
    expect(user.patch(ONE, json=CHANGE)).status(200, "nobody has to send it")


def test_errors_first(client, user, admin, stale, failed):
    """What would be an error without `If-Match` is that error with it."""
    header = {"If-Match": stale()}
    failed(user.patch(ONE, json=CHANGE, headers=header))
    why = "RFC 9110, section 13.2.1: such headers count where the answer would be good without them"
    expect(client.patch(ONE, json=CHANGE, headers=header)).status(401, why)
    expect(user.delete(ONE, headers=header)).status(403, why)
    expect(user.patch(ONE, json={"status": "done"}, headers=header)).status(422, why)
    expect(user.patch("/api/tasks/999", json=CHANGE, headers=header)).status(404, why)


def test_at_once(client, new_client, as_, tag_of, at_write):
    """Of two changes at once with the same tag one goes through, and the other is 412."""
    one, two = as_(client), as_(new_client(), "admin")
    header = {"If-Match": tag_of(one.get(ONE))}
    answers = at_write(
        lambda: one.patch(ONE, json={"title": "One"}, headers=header),
        lambda: two.patch(ONE, json={"title": "Two"}, headers=header),
    )
    statuses = sorted(answer.status_code for answer in answers)
    is_decided = statuses == [200, 412]
    assert is_decided, (
        f"they were answered {statuses}: between looking at the tag and writing there is time for "
        "another one, so the database has to decide"
    )


def test_delete_at_once(client, new_client, as_, tag_of, at_write):
    """Of a DELETE and a PATCH at once with the same tag one goes through."""
    one, two = as_(client, "admin"), as_(new_client())
    header = {"If-Match": tag_of(one.get(ONE))}
    answers = at_write(
        lambda: one.delete(ONE, headers=header),
        lambda: two.patch(ONE, json={"title": "Two"}, headers=header),
    )
    statuses = [answer.status_code for answer in answers]
    is_decided = len({200, 204} & set(statuses)) == 1 and max(statuses) in (404, 412)
    assert is_decided, (
        f"they were answered {statuses}: a change that nobody has seen was deleted, so the "
        "database has to decide here, too"
    )


@pytest.mark.parametrize("sent", ["", '"'])
def test_no_tag(user, stale, failed, sent):
    """An `If-Match` that is there and holds no tag (`{sent}`) fits nothing."""
    failed(user.patch(ONE, json=CHANGE, headers={"If-Match": stale()}))
    failed(user.patch(ONE, json=CHANGE, headers={"If-Match": sent}))
