from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("page-links")

WHY_META = "a client that shows pages needs to know how many there are"


@pytest.fixture
def five(create):
    """Return a function that makes two tasks beside the three of the sample."""

    def five():
        create(title="Fourth", tags=["new"])
        create(title="Fifth", tags=["new"])

    return five


def page_numbers(links):
    return {relation: query.get("page", "1") for relation, query in links.items()}


def test_meta(client):
    """`meta` of a page is `page`, `per_page`, `total` and `pages`, all numbers."""
    response = client.get("/api/tasks")
    expect(response).status(200, "a list is answered with 200")
    expect(response).contains(
        {"status": "success", "meta": {"page": 1, "per_page": 20, "total": 3, "pages": 1}}, WHY_META
    )
    assert len(response.get_json()["data"]) == 3, "`data` is the list of tasks, as before"


def test_meta_of_a_later_page(client, five):
    """`meta` says which page this is, and counts the last page, too, where it is not full."""
    five()
    response = client.get("/api/tasks?per_page=2&page=3")
    expect(response).contains(
        {"meta": {"page": 3, "per_page": 2, "total": 5, "pages": 3}}, WHY_META
    )
    for per_page in (5, 100):
        expect(client.get(f"/api/tasks?per_page={per_page}")).contains(
            {"meta": {"page": 1, "per_page": per_page, "total": 5, "pages": 1}},
            "five tasks fit on one page, whose size is the one that was asked for",
        )


def test_meta_counts_what_the_filters_leave(client, five):
    """`total` and `pages` count what the filters leave."""
    five()
    expect(client.get("/api/tasks?status=completed&per_page=1")).contains(
        {"meta": {"total": 2, "pages": 2}}, "two tasks are completed, whatever else there is"
    )
    expect(client.get("/api/tasks?tag=new")).contains(
        {"meta": {"total": 2, "pages": 1}}, "two tasks have this tag, each counted once"
    )


def test_meta_of_nothing(client):
    """`total` is 0 where nothing is found, and there is no next page."""
    response = client.get("/api/tasks?tag=nobody-has-it")
    expect(response).status(200, "the list is there, it is only empty")
    expect(response).contains({"data": [], "meta": {"page": 1, "total": 0}}, WHY_META)
    assert response.get_json()["meta"].get("pages") in (0, 1), "nothing is on no page, or on one"
    links = response.get_json().get("links", {})
    for relation in ("prev", "next"):
        assert not links.get(relation), f"there is no {relation} page of nothing"
    for relation, link in links.items():
        if link:
            expect(client.get(link)).status(
                200,
                f"here leads the link `{relation}` of an empty list. There is no page 0: what "
                "can be read is page 1, if with nothing on it",
            )


def test_meta_past_the_end(client, links_in):
    """A page past the end has the same `total` and `pages`, and no next one."""
    response = client.get("/api/tasks?per_page=2&page=9")
    expect(response).contains(
        {"data": [], "meta": {"page": 9, "per_page": 2, "total": 3, "pages": 2}},
        "the client learns from it where the pages have ended",
    )
    links = page_numbers(links_in(response))
    assert "next" not in links, "there is nothing after the end"
    assert links.get("last") == "2", (
        "the link `last` leads to the last page that has something on it"
    )


def test_links_of_a_page_in_the_middle(client, five, links_in):
    """`links` of a page in the middle are `self`, `first`, `prev`, `next` and `last`."""
    five()
    response = client.get("/api/tasks?per_page=1&page=3")
    assert page_numbers(links_in(response)) == {
        "self": "3",
        "first": "1",
        "prev": "2",
        "next": "4",
        "last": "5",
    }, "this is page 3 of 5, and each link leads to the page that its name says"


def test_links_at_the_ends(client, five, links_in):
    """The first page has no `prev` and the last one no `next`: they are null, or not there."""
    five()
    first = page_numbers(links_in(client.get("/api/tasks?per_page=2")))
    assert first == {"self": "1", "first": "1", "next": "2", "last": "3"}, "nothing comes before"
    last = page_numbers(links_in(client.get("/api/tasks?per_page=2&page=3")))
    assert last == {"self": "3", "first": "1", "prev": "2", "last": "3"}, "nothing comes after"
    only = page_numbers(links_in(client.get("/api/tasks")))
    assert only == {"self": "1", "first": "1", "last": "1"}, "there is one page only"


@pytest.mark.parametrize("page", [1, 2, 3])
def test_link_header(client, five, links_in, link_header, page):
    """The `Link` header of page {page} of 3 names the same addresses as `links`."""
    five()
    response = client.get(f"/api/tasks?per_page=2&page={page}")
    expect(response).status(200, "there is such a page")
    header, body = link_header(response), links_in(response)
    assert header == body, (
        f"the Link header leads to {header}, and `links` to {body}: both say where the pages are, "
        "and a link that is not there has no place in the header"
    )


FILTERS = {"status": "pending", "tag": 'R&D + "50%"; <b>, ä', "per_page": "1"}


def test_links_keep_the_query(client, create, links_in, link_header):
    """Links keep `status`, `tag` and `per_page`, whatever characters are in them."""
    for number in range(3):
        create(title=f"Task {number}", tags=[FILTERS["tag"]])
    response = client.get(f"/api/tasks?{urlencode(FILTERS)}&page=2")
    expect(response).contains({"meta": {"total": 3, "pages": 3}}, "three tasks are asked for")
    for links in (links_in(response), link_header(response)):
        assert set(links) >= {"self", "first", "prev", "next", "last"}, "page 2 of 3 has all five"
        for relation, query in links.items():
            query.pop("page", None)
            assert query == FILTERS, (
                f"the link `{relation}` asks for {query}, and this page for {FILTERS}: whoever "
                "follows it would leave the list that was asked for"
            )


def test_links_cannot_be_forged(client, link_header):
    """What a client writes into the query adds no link to the `Link` header."""
    evil = 'x>; rel="next", <http://evil.example/'
    response = client.get("/api/tasks?" + urlencode({"tag": evil}))
    expect(response).status(200, "this is the name of a tag that no task has")
    links = link_header(response)
    assert "next" not in links, "percent-encode what comes from outside, with urlencode()"
    response = client.get("/api/tasks?" + urlencode({evil: "x"}))
    if response.status_code != 422:  # unknown parameters may be refused
        assert "next" not in link_header(response), "the names of parameters come from outside, too"


def test_parameters_of_any_name(client):
    """A parameter of any name, such as `endpoint` or `_anchor`, leaves the links where they are."""
    for name in ("endpoint", "_external", "_anchor", "_scheme", "_method", "self"):
        response = client.get(f"/api/tasks?per_page=1&{name}=ftp")
        if response.status_code == 422:  # unknown parameters may be refused
            continue
        why = (
            "what is in the query is a client's choice, and url_for(…, **request.args) takes some "
            "names for its own parameters: make the address without them, and add the query with "
            "urlencode()"
        )
        expect(response).status(200, why)
        link = response.get_json().get("links", {}).get("next")
        assert link, "three tasks on pages of one: the first page has a next one"
        here, there = urlsplit(response.request.url), urlsplit(urljoin(response.request.url, link))
        assert (there.scheme, there.fragment) == (here.scheme, ""), f"`next` is {link!r}: {why}"


def test_following_next_visits_each_task_once(client, five, make_equally_old, tasks_in):
    """Whoever follows `next` from page 1 on meets each task once; `prev` leads back."""
    five()
    make_equally_old()
    seen, path, pages = [], "/api/tasks?per_page=2", []
    while path and len(pages) < 6:
        response = client.get(path)
        pages.append([task["id"] for task in tasks_in(response, "a link leads to a page")])
        seen += pages[-1]
        path = response.get_json().get("links", {}).get("next")
    assert sorted(seen) == [1, 2, 3, 4, 5], f"the pages show {pages}: each task is on one of them"
    assert len(pages) == 3, "two of five tasks are on a page, so there are three pages"
    back = response.get_json()["links"].get("prev")
    expect(client.get(back)).contains(
        {"data": [{"id": number} for number in pages[1]]}, "prev is the page before"
    )
