import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("query-schema")


@pytest.fixture
def seven(create):
    """Return a function that makes four tasks beside the three of the sample."""

    def seven():
        for number in range(4):
            create(title=f"Task {number}", tags=["new", f"own-{number}"])

    return seven


def test_page_has_20_tasks(client, create, tasks_in):
    """`GET /api/tasks` lists 20 tasks when there are more, the newest ones."""
    made = [create(title=f"Task {number}")["id"] for number in range(21)]
    found = [task["id"] for task in tasks_in(client.get("/api/tasks"))]
    assert len(found) == 20, f"the list has {len(found)} tasks of 24: a page has 20 by default"
    assert found == made[:0:-1], "the first page has the newest, in the order of the whole list"


def test_per_page(client, seven, titles):
    """`?per_page=2` lists two tasks, the newest ones."""
    seven()
    assert titles("?per_page=2") == ["Task 3", "Task 2"], "the client says how much it wants"


def test_page(client, seven, titles):
    """`?page=2` goes on where page 1 has ended, and the last page has what is left."""
    seven()
    assert titles("?per_page=3&page=1") == ["Task 3", "Task 2", "Task 1"], "page 1 is the first"
    assert titles("?per_page=3&page=2")[0] == "Task 0", "page 2 goes on where page 1 has ended"
    assert titles("?per_page=3&page=3") == ["Refactor with Blueprints"], "one of seven is left"


def test_page_past_the_end_is_empty(client, titles):
    """A page past the end is an empty list with 200."""
    for query in ("?page=2", "?page=1000000&per_page=100"):
        why = "the list is there, and there is nothing on this page of it: that is no 404"
        assert titles(query, why) == [], "the sample has three tasks, they are all on page 1"


@pytest.mark.parametrize("name", ["page", "per_page"])
def test_page_is_a_number_from_1(client, faults_in, name):
    """`{name}` that is no whole number, or is 0 or less, is 422, and `details` names it."""
    for value in ("0", "-1", "two", "1.5", "1%202", "0x10"):
        faults_in(client.get(f"/api/tasks?{name}={value}"), name)


def test_per_page_has_a_limit(client, faults_in, tasks_in):
    """`per_page` can be 1 and 100, and 101 is 422."""
    for value in (1, 100):
        tasks_in(client.get(f"/api/tasks?per_page={value}"), f"{value} is within 1 to 100")
    for value in (101, 1_000_000_000):
        faults_in(
            client.get(f"/api/tasks?per_page={value}"),
            "per_page",
            why="without a limit one request can ask for the whole table",
        )


@pytest.mark.parametrize("name", ["page", "per_page"])
def test_huge_number(client, name):
    """A `{name}` beyond 64 bits is no failure of the server."""
    for value in (2**31, 2**62, 2**63, "9" * 5000):
        response = client.get(f"/api/tasks?{name}={value}")
        if response.status_code == 200:
            expect(response).contains({"data": []}, "there is nothing on a page so far away")
        else:
            expect(response).status(
                422,
                f"Python's integers have no end, those of databases have: give `{name}` an upper "
                "limit, above which it is refused",
            )
            expect(response).contains({"status": "error"}, "every error has the envelope")


def test_all_faults_of_a_query_at_once(client, faults_in):
    """A query with several faults is told of all of them at once."""
    faults_in(client.get("/api/tasks?page=0&per_page=x&status=soon"), "page", "per_page", "status")


def test_query_that_comes_twice(client, tasks_in):
    """A parameter that comes twice is no failure of the server."""
    assert len(tasks_in(client.get("/api/tasks?per_page=1"))) == 1, "this is what comes twice next"
    for query in ("page=1&page=2", "per_page=1&per_page=x", "status=pending&status=x", "tag=a&tag"):
        response = client.get(f"/api/tasks?{query}")
        if response.status_code != 200:
            expect(response).status(422, "it is taken once, or refused")
            expect(response).contains({"status": "error"}, "every error has the envelope")


def test_filter_by_tag(client, create, titles):
    """`?tag=home` lists the tasks with this tag, each once and with all its tags."""
    create(title="Paint", tags=["home", "colour", "five o'clock"])
    create(title="Report", tags=["work"])
    create(title="Sweep", tags=["home"])
    assert titles("?tag=home") == ["Sweep", "Paint"], "two tasks have this tag"
    assert titles("?tag=five+o'clock") == ["Paint"], "a name can have a quote in it"
    for tag in ("hom", "%25", "h_me"):
        assert titles(f"?tag={tag}") == [], "a tag is its whole name"
    data = client.get("/api/tasks?tag=home&per_page=1&page=2").get_json()["data"]
    assert sorted(data[0]["tags"]) == ["colour", "five o'clock", "home"], "filters hide no tags"


def test_filters_and_pages_go_together(client, seven, create, titles):
    """`?status=…&tag=…&per_page=…&page=…` pages through what the filters leave."""
    seven()
    create(title="Done", tags=["new"], status="completed")
    query = "?status=pending&tag=new&per_page=3"
    assert titles(query) == ["Task 3", "Task 2", "Task 1"], "four tasks are new and pending"
    assert titles(f"{query}&page=2") == ["Task 0"], "a page counts what the filters leave"


def test_each_task_is_on_one_page(client, seven, tasks_in, make_equally_old):
    """Each task is on one page, also where all were created in the same moment."""
    seven()
    make_equally_old()
    found = []
    for page in range(1, 5):
        found += [t["id"] for t in tasks_in(client.get(f"/api/tasks?per_page=2&page={page}"))]
    assert sorted(found) == sorted(set(found)), f"the pages show {found}: one is there twice"
    assert found == sorted(found, reverse=True), (
        f"the pages show {found}: where created_at is equal, the id decides, or a task can be on "
        "two pages and another on none"
    )
    assert len(found) == 7, "all seven tasks are on the four pages"


def test_statements_do_not_grow(client, create, tasks_in, sql):
    """A page needs as many SQL statements for twenty tasks as for four."""
    create(title="A", tags=["a"])
    with sql() as few:
        tasks_in(client.get("/api/tasks"))
    for number in range(19):
        create(title=f"Task {number}", tags=["all", f"tag-{number}"])
    with sql() as many:
        tasks = tasks_in(client.get("/api/tasks"))
    assert len(tasks) == 20, "a page has 20 tasks"
    assert len(few) > 0, "the list is read with SQLAlchemy"
    assert len(many) == len(few), (
        f"{len(few)} statements for four tasks and {len(many)} for twenty: load the tags of all "
        "with selectinload(), and do not let the schema ask for those of each"
    )


def test_only_the_page_is_read(client, create, tasks_in, sql):
    """Only the tasks of the page are read from the database, not all of them."""
    create(title="A right one")
    with sql() as statements:
        assert len(tasks_in(client.get("/api/tasks?per_page=2&page=2"))) == 2, "four tasks"
    is_cut = any("LIMIT" in s.upper() or "FETCH" in s.upper() for s in statements)
    assert is_cut, (
        "no statement has a LIMIT: the whole table is read and cut to a page in Python, which is "
        "slower with each task that somebody adds"
    )
