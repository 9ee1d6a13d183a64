import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("caching")

LIST, ONE, STATS = "/api/tasks", "/api/tasks/1", "/api/tasks/stats"
FIRST = "nobody has asked for this yet"
AGAIN = "nothing has changed since it was asked for last"
FRESH = "after a write nobody may see the old state"


@pytest.mark.parametrize("path", [LIST, ONE, STATS, f"{LIST}?status=pending"])
def test_hit(user, cached, path):
    """`GET {path}` says `X-Cache: MISS` at first, then `HIT`, and the same otherwise."""
    first = cached(user.get(path), "MISS", FIRST)
    again = cached(user.get(path), "HIT", AGAIN)
    is_same = first.get_json() == again.get_json()
    assert is_same, f"first {first.get_json()}, then {again.get_json()}"
    for name in ("Content-Type", "Link", "ETag"):
        before, after = first.headers.get(name), again.headers.get(name)
        is_same = before == after
        assert is_same, f"{name} was {before}, and is {after} from the cache"


def test_cheap(user, cached, sql, select):
    """What is in the cache is not read from the database."""
    for path in (LIST, ONE, STATS):
        cached(user.get(path), "MISS", FIRST)
        with sql() as statements:
            cached(user.get(path), "HIT", AGAIN)
        read = select(statements)
        assert not read, f"{path} was in the cache, and was read all the same: {read}"


def test_order_of_parameters(user, cached):
    """Parameters in another order are the same question."""
    cached(user.get(f"{LIST}?status=pending&sort=title&per_page=5"), "MISS", FIRST)
    cached(user.get(f"{LIST}?per_page=5&status=pending&sort=title"), "HIT", AGAIN)


def test_other_parameters(user, cached):
    """Other parameters are another question, with an answer of its own."""
    cached(user.get(LIST), "MISS", FIRST)
    for query, total in (("status=pending", 1), ("status=completed", 2), ("q=factory", 1)):
        response = cached(user.get(f"{LIST}?{query}"), "MISS", FIRST)
        expect(response).contains({"meta": {"total": total}}, f"this asks for {query}")
    page = cached(user.get(f"{LIST}?per_page=1&page=2"), "MISS", FIRST)
    expect(page).contains({"meta": {"page": 2}}, "this asks for another page")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("status=pending", "status=completed"),
        ("q=factory", "q=flask"),
        ("tag=work", "tag=home"),
        ("due_before=2030-01-01", "due_before=2031-01-01"),
        ("sort=title", "sort=-title"),
        ("fields=id,title", "fields=id,status"),
        ("per_page=1", "per_page=2"),
        ("page=1", "page=2"),
    ],
)
def test_each_parameter(user, cached, one, other):
    """`?{one}` and `?{other}` are two questions."""
    cached(user.get(f"{LIST}?{one}"), "MISS", FIRST)
    cached(user.get(f"{LIST}?{other}"), "MISS", FIRST)
    cached(user.get(f"{LIST}?{one}"), "HIT", AGAIN)


def test_other_task(user, cached):
    """Another task is another answer."""
    cached(user.get(ONE), "MISS", FIRST)
    response = cached(user.get("/api/tasks/2"), "MISS", FIRST)
    expect(response).contains({"data": {"id": 2}}, "this asks for task 2")


@pytest.mark.parametrize("path", [LIST, ONE, STATS])
def test_each_user(user, admin, cached, path):
    """Nobody is given what `GET {path}` was for somebody else."""
    cached(user.get(path), "MISS", FIRST)
    cached(admin.get(path), "MISS", "it was made for another user, who may see other tasks one day")
    cached(user.get(path), "HIT", AGAIN)


def test_host(user, cached):
    """The links of an answer have the host that was asked, also from the cache."""
    cached(user.get(LIST), "MISS", FIRST)
    response = user.get(LIST, headers={"Host": "tasks.example"})
    expect(response).status(200)
    link = response.get_json()["links"]["self"]
    is_own = link.startswith("http://tasks.example/")
    assert is_own, f"this was asked at tasks.example, and the answer leads to {link}"


def test_scheme(user, cached):
    """The links of an answer have the scheme that was asked with, also from the cache."""
    cached(user.get(LIST), "MISS", FIRST)
    response = user.get(LIST, base_url="https://localhost")
    expect(response).status(200)
    link = response.get_json()["links"]["self"]
    is_own = link.startswith("https://localhost/")
    assert is_own, f"this was asked with https, and the answer leads to {link}"


def test_token_first(client, user, cached):
    """What is in the cache is for those with a good token: without one it is 401."""
    cached(user.get(LIST), "MISS", FIRST)
    cached(user.get(LIST), "HIT", AGAIN)
    expect(client.get(LIST)).status(401, "who asks comes first, and the cache after")
    user.post("/auth/logout")
    expect(user.get(LIST)).status(401, "this token was logged out")


def test_no_error_is_kept(user, cached, create):
    """What is not found is not kept: when it is there, it is found."""
    cached(user.get(ONE), "MISS", FIRST)
    path = "/api/tasks/4"
    for _ in range(2):
        expect(user.get(path)).status(404, "there are three tasks")
    create(title="The fourth")
    response = cached(user.get(path), "MISS", FIRST)
    expect(response).contains({"data": {"title": "The fourth"}}, FRESH)


def test_no_refusal_is_kept(client, user, cached):
    """A 401 is not kept, for nobody."""
    expect(client.get(LIST)).status(401)
    cached(user.get(LIST), "MISS", FIRST)
    cached(user.get(LIST), "HIT", AGAIN)


@pytest.mark.parametrize(
    "path", [LIST, STATS, f"{LIST}?status=pending", f"{LIST}?sort=-title&fields=id,title,tags"]
)
def test_fresh(user, cached, write, path):
    """After {write}, `GET {path}` is made anew."""
    cached(user.get(path), "MISS", FIRST)
    cached(user.get(path), "HIT", AGAIN)
    write()
    cached(user.get(path), "MISS", FRESH)


def test_fresh_for_all(user, admin, cached):
    """After a change by one user, all others see it."""
    for caller in (user, admin):
        cached(caller.get(ONE), "MISS", FIRST)
        cached(caller.get(LIST), "MISS", FIRST)
    admin.patch(ONE, json={"title": "Another title"})
    response = cached(user.get(ONE), "MISS", FRESH)
    expect(response).contains({"data": {"title": "Another title"}}, FRESH)
    titles = [task["title"] for task in cached(user.get(LIST), "MISS", FRESH).get_json()["data"]]
    is_seen = "Another title" in titles
    assert is_seen, f"the list still has {titles}: {FRESH}"


def test_deleted(user, admin, cached):
    """A task that is deleted is gone from everywhere at once."""
    cached(user.get(ONE), "MISS", FIRST)
    cached(user.get(LIST), "MISS", FIRST)
    admin.delete(ONE)
    expect(user.get(ONE)).status(404, FRESH)
    expect(user.get(LIST)).contains({"meta": {"total": 2}}, FRESH)


def test_other_process(user, serve, as_, cached):
    """What another process has changed is seen in this one, without a Redis between them."""
    cached(user.get(ONE), "MISS", FIRST)
    as_(serve()).patch(ONE, json={"title": "From another process"})
    response = user.get(ONE)
    response.exchange.note = "another process on the same database has changed task 1"
    expect(response).status(200).contains(
        {"data": {"title": "From another process"}},
        "each process has a cache of its own, and cannot empty that of another one",
    )


def test_command(cli, user, cached):
    """What `flask purge` has deleted, with one statement, is gone from everywhere."""
    cached(user.get(LIST), "MISS", FIRST)
    cached(user.get(STATS), "MISS", FIRST)
    cli("purge", "--days", "0")
    response = user.get(LIST)
    response.exchange.note = "`flask purge --days 0` has just deleted what is completed"
    expect(response).contains({"meta": {"total": 1}}, FRESH)
    expect(user.get(STATS)).contains({"data": {"total": 1, "completed": 0}}, FRESH)


def test_failed_write(user, cached):
    """A write that was refused has changed nothing, and the answer is still good."""
    before = cached(user.get(ONE), "MISS", FIRST)
    expect(user.patch(ONE, json={"status": "done"})).status(422)
    after = user.get(ONE)
    is_same = before.get_json() == after.get_json()
    assert is_same, "the change was refused, so nothing has changed"


def test_counts_are_shared(user, admin, sql, cached):
    """What was counted for one user is not counted again for the next one."""
    cached(user.get(STATS), "MISS", FIRST)
    with sql() as statements:
        cached(admin.get(STATS), "MISS", FIRST)
    counted = [text for text in statements if "FROM tasks" in text and "count(" in text.lower()]
    assert not counted, f"all users have the same counts, so one count is enough: {counted}"


def test_repeated_parameter(user, cached):
    """Where a parameter comes twice, its values in another order are another question."""
    first = cached(user.get(f"{LIST}?status=pending&status=completed"), "MISS", FIRST)
    expect(first).contains({"meta": {"total": 1}}, "the first value is the one that is used")
    other = user.get(f"{LIST}?status=completed&status=pending")
    expect(other).contains({"meta": {"total": 2}}, "here it is another one")
