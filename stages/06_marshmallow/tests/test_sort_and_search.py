import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("sort-and-search")


@pytest.fixture
def garden(client, create):
    """Return a function that takes the sample away, and makes tasks to sort and to find."""

    def garden():
        for task_id in (1, 2, 3):
            expect(client.delete(f"/api/tasks/{task_id}")).status(204, "the sample is there")
        create(title="beans", description="100% organic", status="completed", tags=["food"])
        create(title="Apples", description="Plant an apple tree", tags=["food"])
        create(title="carrots", description="from row_7, 1000 of them", status="completed")
        create(title="apple pie", description="C:\\recipes", tags=["kitchen"])

    return garden


WILDCARDS = {
    "percent sign": {"%25": ["beans"], "100%25": ["beans"], "a%25e": []},
    "low line": {"_": ["carrots"], "row_7": ["carrots"], "a_p": []},
    "backslash": {"%5C": ["apple pie"], "C:%5Cre": ["apple pie"], "%5C_": []},
    "quote": {"'": [], "' OR '1'='1": []},
}
NEWEST = ["apple pie", "carrots", "Apples", "beans"]


@pytest.mark.parametrize("field", ["id", "created_at"])
def test_sort(garden, titles, field):
    """`?sort={field}` sorts by this field, and `?sort=-{field}` the other way round."""
    garden()
    assert titles(f"?sort={field}") == NEWEST[::-1], (
        "no sign means upwards. Of several calls of `order_by` the first counts most: is there "
        "another one before that of `sort`?"
    )
    assert titles(f"?sort=-{field}") == NEWEST, "a minus means downwards"


def test_sort_by_title(client, create, titles):
    """`?sort=title` and `?sort=-title` sort by title."""
    for title in ("m 2", "m 1", "m 3"):
        create(title=title, tags=["m"])
    assert titles("?tag=m&sort=title") == ["m 1", "m 2", "m 3"], "upwards, whenever it was made"
    assert titles("?tag=m&sort=-title") == ["m 3", "m 2", "m 1"], "a minus turns it round"


def test_sort_by_updated_at(client, garden, titles):
    """`?sort=-updated_at` begins with the task that was changed last."""
    garden()
    task_id = client.get("/api/tasks?sort=id&per_page=1").get_json()["data"][0]["id"]
    expect(client.patch(f"/api/tasks/{task_id}", json={"status": "pending"})).status(200, "right")
    assert titles("?sort=-updated_at")[0] == "beans", "this one was changed last"
    assert titles("?sort=updated_at")[-1] == "beans", "and upwards it is at the end"


def test_sort_by_several(garden, titles):
    """`?sort=status,-id` sorts by status, and where that is equal by id, downwards."""
    garden()
    assert titles("?sort=status,-id") == ["carrots", "beans", "apple pie", "Apples"], (
        "the first name is the most important one"
    )
    assert titles("?sort=-status,id") == ["Apples", "apple pie", "beans", "carrots"], (
        "each name has its own direction"
    )


def test_default_order(client, garden, titles):
    """Without `sort`, the newest task comes first, whichever was changed last."""
    garden()
    task_id = client.get("/api/tasks?sort=id&per_page=1").get_json()["data"][0]["id"]
    expect(client.patch(f"/api/tasks/{task_id}", json={"tags": []})).status(200, "right")
    assert titles("") == NEWEST, "newest first, as ever"


def test_unknown_sort(client, faults_in):
    """`?sort=color` is 422, and the answer names the fields that there are to sort by."""
    odd = ("color", "-color", "title,color", "color,title", "tags", "__class__", "metadata")
    odd = (*odd, "TITLE", "title desc", "--title")
    for sort in odd:
        response = client.get(f"/api/tasks?sort={sort}")
        faults_in(response, "sort", why="a name from outside is looked up in a list, or refused")
        answer = response.get_data(as_text=True)
        for field in ("id", "title", "status", "created_at", "updated_at"):
            assert field in answer, f"the answer does not name {field!r}: say what there is instead"


def test_equal_keys_share_no_task(client, garden, tasks_in):
    """Each task is on one page, also where the sort keys are equal."""
    garden()
    found = []
    for page in (1, 2, 3, 4):
        query = f"?sort=status&per_page=1&page={page}"
        found += [task["title"] for task in tasks_in(client.get(f"/api/tasks{query}"))]
    assert sorted(found) == sorted(NEWEST), (
        f"the pages show {found}: let the id decide where all else is equal"
    )


def test_search_in_title_and_description(garden, titles):
    """`?q=carrot` finds it in the title, `?q=organic` in the description."""
    garden()
    assert titles("?q=carrot") == ["carrots"], "a part of the title is enough"
    assert titles("?q=organic") == ["beans"], "the description is searched as well"
    assert titles("?q=nowhere") == [], "nothing found is an empty list with 200"
    assert titles("?q=an+apple") == ["Apples"], "a blank in it is a character like any other"
    assert titles("?q=apple+an") == [], "the text is searched for as it stands, not word by word"
    assert titles("?q=") == NEWEST, "an empty text is in all of them, so it filters nothing"


def test_search_ignores_case(garden, titles):
    """`?q=APPLE` finds `apple` and `Apple`."""
    garden()
    for q in ("APPLE", "apple", "aPPle"):
        assert titles(f"?q={q}") == ["apple pie", "Apples"], "capitals do not matter (in ASCII)"


@pytest.mark.parametrize("sign", WILDCARDS)
def test_wildcards_mean_themselves(garden, titles, sign):
    """A {sign} in `q` finds this very character: it is no wildcard."""
    garden()
    for q, wanted in WILDCARDS[sign].items():
        assert titles(f"?q={q}") == wanted, (
            "LIKE takes % for any text and _ for any character: escape what came from a client, as "
            "with icontains(q, autoescape=True)"
        )


def test_search_and_filters_go_together(garden, titles):
    """`?q=…&status=…&tag=…` lists the tasks for which all are true."""
    garden()
    assert titles("?q=a&status=pending") == ["apple pie", "Apples"], (
        "two alternatives in the search stay in brackets, beside the other conditions"
    )
    assert titles("?q=apple&tag=kitchen") == ["apple pie"], "and the tag as well"
    assert titles("?q=organic&status=pending") == [], "the one that is found is completed"


def test_search_is_counted(client, garden):
    """`meta.total` counts what the search found."""
    garden()
    expect(client.get("/api/tasks?q=apple&per_page=1")).contains(
        {"meta": {"total": 2, "pages": 2}}, "two tasks are found, on a page each"
    )


def test_links_keep_sort_and_search(client, garden, links_in):
    """Links keep `sort` and `q`."""
    garden()
    response = client.get("/api/tasks?sort=-status,id&q=a&per_page=2")
    links = links_in(response)
    expect(response).contains({"meta": {"total": 4}}, "all four have an a in them")
    assert links.get("next") == {"sort": "-status,id", "q": "a", "per_page": "2", "page": "2"}, (
        "the next page is one of the same list, in the same order"
    )


def test_odd_searches(client, garden):
    """A `q` or `sort` that is odd, such as a NUL or bytes that are no text, is no 500."""
    garden()
    for query in ("q=%00", "q=%FF", "q=%ED%A0%80", "q", "q=" + "x" * 3000, "sort=", "sort=,"):
        response = client.get(f"/api/tasks?{query}")
        if response.status_code != 200:
            expect(response).status(422, "it is searched for, or refused")
            expect(response).contains({"status": "error"}, "every error has the envelope")
