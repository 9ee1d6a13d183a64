"""The list of tasks: which ones, in which order, and how many at a time."""

from datetime import date

import pytest
from app.models import User
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient

TASKS = "/api/tasks"


def day(number: int) -> date:
    """Return a day of a month that is far from today: no test here changes with the calendar."""
    return date(2030, 5, number)


def titles(client: FlaskClient, query: str, headers: Header) -> list[str]:
    """Return the titles of a list, in its order."""
    return [task["title"] for task in client.get(TASKS + query, headers=headers).json["data"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=completed", ["Sow"]),
        ("?tag=garden", ["Water"]),
        ("?tag=gard", []),
        ("?due_before=2030-05-02", ["Sow"]),
        ("?due_before=2030-05-03", ["Water", "Sow"]),
        ("?q=WAT", ["Water"]),
        ("?q=beans", ["Sow"]),
        ("?status=pending&q=water", ["Water"]),
        ("?q=nothing+like+it", []),
    ],
)
def test_a_filter_keeps_what_it_promises(
    app: Flask, client: FlaskClient, user: User, as_user: Header, query: str, expected: list[str]
) -> None:
    make_task(app, user, title="Sow", description="Beans", status="completed", due_date=day(1))
    make_task(app, user, title="Water", tags=("garden",), due_date=day(2))
    make_task(app, user, title="Harvest", tags=("gardening",))

    assert titles(client, query, as_user) == expected


@pytest.mark.parametrize("sign", ["%", "_"])
def test_a_search_takes_every_sign_as_it_is(
    app: Flask, client: FlaskClient, user: User, as_user: Header, sign: str
) -> None:
    make_task(app, user, title="Plain")
    make_task(app, user, title=f"A {sign} sign")

    assert titles(client, f"?q=%{ord(sign):x}", as_user) == [f"A {sign} sign"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c", "a", "b"]),
        ("?sort=title", ["a", "b", "c"]),
        ("?sort=-title", ["c", "b", "a"]),
        ("?sort=status,-title", ["b", "c", "a"]),
        ("?sort=due_date", ["a", "b", "c"]),
    ],
)
def test_tasks_come_in_the_order_that_was_asked_for(
    app: Flask, client: FlaskClient, user: User, as_user: Header, query: str, expected: list[str]
) -> None:
    make_task(app, user, title="b", status="completed", due_date=day(2))
    make_task(app, user, title="a", due_date=day(1))
    make_task(app, user, title="c")

    assert titles(client, query, as_user) == expected


@pytest.mark.parametrize(("count", "pages"), [(4, 2), (5, 3)])
def test_the_links_lead_through_every_task_once(
    app: Flask, client: FlaskClient, user: User, as_user: Header, count: int, pages: int
) -> None:
    made = [make_task(app, user, status="completed") for _ in range(count)]
    make_task(app, user)

    seen = []
    url = f"{TASKS}?per_page=2&sort=id&status=completed"
    for number in range(1, pages + 1):
        page = client.get(url, headers=as_user).json
        assert page["meta"] == {"page": number, "per_page": 2, "total": count, "pages": pages}
        seen += [task["id"] for task in page["data"]]
        url = page["links"]["next"]

    assert url is None
    assert seen == made


def test_a_page_past_the_end_is_empty(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    make_task(app, user)

    page = client.get(f"{TASKS}?page=9", headers=as_user)

    assert page.json["data"] == []
    assert page.json["links"]["next"] is None
    assert page.json["links"]["prev"].endswith("?page=1")
    assert 'rel="prev"' in page.headers["Link"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?page=0", "page"),
        ("?per_page=0", "per_page"),
        ("?per_page=101", "per_page"),
        ("?per_page=many", "per_page"),
        ("?sort=colour", "sort"),
        ("?fields=id,password_hash", "fields"),
        ("?status=done", "status"),
        ("?due_before=tomorrow", "due_before"),
    ],
)
def test_a_query_without_meaning_is_refused(
    client: FlaskClient, as_user: Header, query: str, field: str
) -> None:
    response = client.get(TASKS + query, headers=as_user)

    assert response.status_code == 422
    assert list(response.json["error"]["details"]) == [field]


def test_fields_are_those_that_were_asked_for(
    app: Flask, client: FlaskClient, user: User, as_user: Header
) -> None:
    task_id = make_task(app, user, title="Short")

    response = client.get(f"{TASKS}?fields=id,title", headers=as_user)

    assert response.json["data"] == [{"id": task_id, "title": "Short"}]
