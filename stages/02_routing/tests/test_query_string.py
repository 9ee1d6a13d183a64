import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("query-string")

LEARN = {"id": 1, "title": "Learn Flask Basics", "status": "completed"}
BUILD = {"id": 2, "title": "Build First API", "status": "completed"}
EXPLORE = {"id": 3, "title": "Explore Routing", "status": "pending"}


@pytest.fixture
def titles(entries):
    """Return a function that expects a list of tasks, and returns their titles, sorted."""
    return lambda response: sorted(str(task.get("title")) for task in entries(response))


def found(response):
    """Return the titles of what a search found, in its order; what is no task counts as it is."""
    body = expect(response).status(200, "a search that can be done is a success").json()
    results = body.get("results") if isinstance(body, dict) else None
    assert isinstance(results, list), "what was found is a list under `results`"
    return [task.get("title", task) if isinstance(task, dict) else task for task in results]


def test_filters_by_status(client, titles):
    """`GET /api/tasks?status=pending` lists the pending tasks alone."""
    assert titles(client.get("/api/tasks?status=pending")) == ["Explore Routing"], (
        "what stands behind the ? chooses from the list: request.args has it"
    )


def test_filters_by_another_status(client, titles):
    """`GET /api/tasks?status=completed` lists the completed tasks alone."""
    assert titles(client.get("/api/tasks?status=completed")) == [
        "Build First API",
        "Learn Flask Basics",
    ], "the filter compares with the value that was asked for, whichever it is"


@pytest.mark.parametrize("status", ["archived", "pend"])
def test_filter_without_a_match_is_an_empty_list(client, status):
    """`GET /api/tasks?status={status}` matches nothing and gives `[]` with 200, not 404."""
    expect(client.get(f"/api/tasks?status={status}")).status(
        200, "the list is there; that nothing is in it is an answer, and no error"
    ).equals([], "a client can loop over an empty list without asking first")


def test_filter_takes_nothing_away(client, titles):
    """After a filtered list the whole list still has all three tasks."""
    assert titles(client.get("/api/tasks?status=pending")) == ["Explore Routing"], (
        "first the filter has to work"
    )
    assert len(titles(client.get("/api/tasks"))) == 3, (
        "a GET only reads: filter a copy, and leave the data of the app as it is"
    )


def test_search_finds_by_title(client):
    """`GET /api/search?q=Flask` has the one task with Flask in its title under `results`."""
    expect(client.get("/api/search?q=Flask")).status(
        200, "q is there, so the search can be done"
    ).contains(
        {"results": [LEARN]},
        "the text of q is in the title of task 1; capital letters make no difference, and what is "
        "found is the whole task",
    )


def test_search_says_what_it_understood(client):
    """A search says what it took: `query_received`, `limit_applied` (20), `sorting` (`default`)."""
    expect(client.get("/api/search?q=Flask")).status(
        200, "only q is needed; limit and sort have defaults"
    ).contains(
        {"query_received": "Flask", "limit_applied": 20, "sorting": "default"},
        "the answer says what was understood, defaults included; "
        "a client is written against these names",
    )


def test_search_without_q_is_400(client, refused):
    """`GET /api/search` without `q` is 400 in JSON."""
    refused(
        client.get("/api/search?limit=5"),
        400,
        "there is nothing to search for: the client forgot a parameter that is needed",
    )


def test_search_ignores_case(client):
    """`GET /api/search?q=fLASK` finds `Learn Flask Basics`: capital letters make no difference."""
    assert found(client.get("/api/search?q=fLASK")) == ["Learn Flask Basics"], (
        "people do not type capital letters into a search box: compare both in one case"
    )


def test_search_reads_the_value_decoded(client):
    """`GET /api/search?q=first%20api` looks for the words `first api`."""
    response = client.get("/api/search?q=first%20api")
    expect(response).status(200, "q is there, so the search can be done").contains(
        {"query_received": "first api", "results": [BUILD]},
        "%20 is how a blank travels in a URL; request.args has decoded it for you",
    )


def test_search_without_a_match_is_an_empty_list(client):
    """A search that finds nothing has `results` = `[]`, with 200."""
    expect(client.get("/api/search?q=django")).status(
        200, "nothing found is an answer, and no error"
    ).contains({"results": []}, "a client can loop over an empty list without asking first")


def test_limit_cuts_the_results(client):
    """`limit=1` leaves one result, and `limit_applied` is the number 1."""
    response = client.get("/api/search?q=r&limit=1")
    assert len(found(response)) == 1, "all three titles have an r in them; one was asked for"
    expect(response).contains(
        {"limit_applied": 1}, "parameters arrive as text: `type=int` makes the number of it"
    )


def test_limit_counts_results(client):
    """`q=Routing&limit=1` finds the third task: the limit counts what was found."""
    assert found(client.get("/api/search?q=Routing&limit=1")) == ["Explore Routing"], (
        "cut the list after searching it, not before"
    )


def test_limit_of_zero_is_legal(client):
    """`limit=0` is legal: no results, and `limit_applied` is 0."""
    expect(client.get("/api/search?q=Flask&limit=0")).status(200, "zero is not negative").contains(
        {"limit_applied": 0, "results": []},
        "0 is a value; `or 20` takes it for a missing one, because 0 is falsy in Python",
    )


@pytest.mark.parametrize("value", ["many", ""], ids=["many", "empty"])
def test_limit_that_is_no_number_counts_as_absent(client, value):
    """`limit={value}` counts as absent: `limit_applied` is 20."""
    expect(client.get(f"/api/search?q=Flask&limit={value}")).status(
        200, "request.args.get(..., type=int) gives the default where the text is no number"
    ).contains({"limit_applied": 20, "results": [LEARN]}, "the default is 20")


def test_negative_limit_is_400(client, refused):
    """`limit=-1` is 400 in JSON."""
    refused(
        client.get("/api/search?q=Flask&limit=-1"),
        400,
        "it is a number, but none that makes sense; and a slice such as [:-1] would silently drop "
        "the last result",
    )


def test_sort_by_title(client):
    """`sort=title` gives the results in the order of their titles, and `sorting` says `title`."""
    response = client.get("/api/search?q=r&sort=title")
    expect(response).status(200, "sort is understood").contains(
        {"sorting": "title"}, "the answer says which order was asked for"
    )
    expect(response).contains(
        {"results": [BUILD, EXPLORE, LEARN]},
        "B comes before E and L. The method sort() of a list changes the list and returns None",
    )


def test_sort_comes_before_limit(client):
    """`sort=title&limit=1` gives the first title of all that were found."""
    assert found(client.get("/api/search?q=r&sort=title&limit=1")) == ["Build First API"], (
        "a list that is cut and then sorted is the start of another list: sort first"
    )


def test_search_leaves_the_tasks_in_order(client):
    """A sorted search does not change the list that `GET /api/tasks` gives."""
    before = expect(client.get("/api/tasks")).status(200, "the list can be read").json()
    assert found(client.get("/api/search?q=r&sort=title"))[0] == "Build First API", (
        "first the search has to sort"
    )
    expect(client.get("/api/tasks")).equals(
        before, "a GET only reads: sort a copy, and leave the data of the app as it is"
    )
