import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("etags")

LIST, ONE, STATS = "/api/tasks", "/api/tasks/1", "/api/tasks/stats"
QUOTED = "an entity tag is a text in quotes (RFC 9110, section 8.8.3), or clients do not take it"
MOVES = "a client that has the old state must not be told that it is the new one"


@pytest.mark.parametrize("path", [LIST, ONE, STATS])
def test_tag(user, tag_of, path):
    """The answer to `GET {path}` has an ETag, in quotes, and strong."""
    tag = tag_of(user.get(path))
    is_strong = len(tag) > 2 and tag[0] == '"' and tag[-1] == '"' and '"' not in tag[1:-1]
    assert is_strong, f"ETag: {tag}: {QUOTED}; `W/` would make it a weak one"


@pytest.mark.parametrize("path", [LIST, ONE, STATS, f"{LIST}?status=pending&page=1"])
def test_same(user, tag_of, path):
    """As long as nothing changes, `GET {path}` has the same tag."""
    first, second = tag_of(user.get(path)), tag_of(user.get(path))
    is_same = first == second
    assert is_same, f"first {first}, then {second}: nothing has changed between the two"


@pytest.mark.parametrize("path", [LIST, STATS, f"{LIST}?page=1"])
def test_write_moves_the_list(user, tag_of, write, path):
    """After {write} the tag of `GET {path}` is another one."""
    before = tag_of(user.get(path))
    write()
    after = tag_of(user.get(path))
    is_moved = before != after
    assert is_moved, f"it is {after} as before: {MOVES}"


def test_command_moves_the_list(cli, user, tag_of):
    """After `flask purge`, which deletes many with one statement, the tag is another one."""
    before = tag_of(user.get(LIST))
    cli("purge", "--days", "0")
    after = tag_of(user.get(LIST))
    is_moved = before != after
    assert is_moved, f"it is {after} as before: two tasks are gone, whoever has deleted them"


def test_change_moves_the_task(user, tag_of):
    """A task that is changed has another tag."""
    before = tag_of(user.get(ONE))
    user.patch(ONE, json={"title": "Another title"})
    after = tag_of(user.get(ONE))
    is_moved = before != after
    assert is_moved, f"it is {after} as before: {MOVES}"


def test_tags_move_the_task(user, tag_of):
    """A task whose tags are changed has another tag."""
    before = tag_of(user.get(ONE))
    user.patch(ONE, json={"tags": ["new"]})
    after = tag_of(user.get(ONE))
    is_moved = before != after
    assert is_moved, f"it is {after} as before: {MOVES}"


def test_other_task(user, tag_of):
    """A task that is not changed keeps its tag, whatever happens to others."""
    before = tag_of(user.get(ONE))
    user.patch("/api/tasks/2", json={"title": "Another title"})
    after = tag_of(user.get(ONE))
    is_same = before == after
    assert is_same, (
        f"it was {before}, and is {after}: whoever edits it would be told, by `If-Match`, of "
        "changes to another one"
    )


def test_within_a_moment(launcher, clock, client, user, tag_of):
    """Two changes within one moment are two changes: the clock does not tell them apart."""
    tags = []
    for title in ("One", "Two", "Three"):
        user.patch(ONE, json={"title": title})
        response = user.get(ONE)
        response.exchange.note = "the check has stopped the clock"
        tags.append(tag_of(response))
    is_apart = len(set(tags)) == 3
    assert is_apart, f"the tags were {tags}: clocks are coarse, and set back now and then"


def test_exchange_within_a_moment(launcher, clock, client, admin, create, tag_of):
    """One task less and one more, within one moment, is another list."""
    create()
    before = tag_of(admin.get(LIST))
    admin.delete("/api/tasks/1")
    create()
    response = admin.get(LIST)
    response.exchange.note = "the check has stopped the clock"
    after = tag_of(response)
    is_moved = before != after
    assert is_moved, f"it is {after} as before: the number of tasks and the time are the same"


def test_restart(user, serve, as_, tag_of):
    """A tag is good after a restart: it depends on the data and not on the process."""
    before = tag_of(user.get(LIST)), tag_of(user.get(ONE))
    again = as_(serve())
    after = tag_of(again.get(LIST)), tag_of(again.get(ONE))
    is_same = before == after
    assert is_same, f"before {before}, then {after}: every deployment would empty all caches"


def test_other_process(user, serve, as_, tag_of):
    """What another process has changed moves the tag in this one."""
    before = tag_of(user.get(LIST)), tag_of(user.get(ONE))
    as_(serve()).patch(ONE, json={"title": "From another process"})
    response = user.get(LIST)
    response.exchange.note = "another process on the same database has changed task 1"
    after = tag_of(response), tag_of(user.get(ONE))
    is_moved = before[0] != after[0] and before[1] != after[1]
    assert is_moved, f"before {before}, then {after}: {MOVES}"


def test_two_writers(client, new_client, as_, tag_of, at_write):
    """Of two writes at once each moves the tag of the list."""
    one, two = as_(client), as_(new_client(), "admin")
    between = []

    def write_and_read():
        answer = two.post(LIST, json={"title": "The other one"})
        between.append(two.get(LIST))
        return answer

    at_write(lambda: one.post(LIST, json={"title": "The one"}), write_and_read)
    before, after = tag_of(between[0]), tag_of(one.get(LIST))
    is_moved = before != after
    assert is_moved, (
        f"between the two writes it was {before}, and it is so after both: a number that is read, "
        "added to and written back is the same for two who do it at once"
    )


def test_answers_to_writes(user, tag_of):
    """The answers to POST and PATCH have the tag that a GET would have."""
    created = user.post(LIST, json={"title": "A new one"})
    tag = expect(created).status(201).header("ETag", why="then a client can go on without a GET")
    path = f"{LIST}/{created.get_json()['data']['id']}"
    is_same = tag == tag_of(user.get(path))
    assert is_same, f"the answer to POST says {tag}, and GET something else"
    changed = user.patch(path, json={"title": "Another title"})
    tag = expect(changed).status(200).header("ETag", why="then a client can go on without a GET")
    is_same = tag == tag_of(user.get(path))
    assert is_same, f"the answer to PATCH says {tag}, and GET something else"
