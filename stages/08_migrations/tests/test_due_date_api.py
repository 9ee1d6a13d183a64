import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("due-date-api")

DAY = "2030-01-31"
WRONG = {
    "another order": "31.12.2030",
    "month 13": "2030-13-01",
    "February 30": "2030-02-30",
    "a word": "tomorrow",
    "empty": "",
    "with a time": "2030-12-31T10:00:00",
    "number": 20301231,
    "true": True,
    "list": ["2030-12-31"],
    "object": {"day": "2030-12-31"},
}


def test_new_task_is_due_on_a_day(create, user):
    """`POST` takes `due_date`, a date as in `2030-01-31`, and `GET` answers with it."""
    task = create(due_date=DAY)
    assert task.get("due_date") == DAY, "a new task is answered as it was stored"
    response = user.get(f"/api/tasks/{task['id']}")
    expect(response).contains({"data": {"due_date": DAY}}, "the day comes back as it was sent")


@pytest.mark.parametrize(
    ("sent", "fields"), [("nothing", {}), ("null", {"due_date": None})], ids=["nothing", "null"]
)
def test_new_task_need_not_be_due(create, user, sent, fields):
    """A task may be due on no day: `due_date` is `null` where {sent} was sent for it."""
    task = create(**fields)
    response = user.get(f"/api/tasks/{task['id']}")
    expect(response).contains(
        {"data": {"due_date": None}}, "what is not there is null, and not left out of the answer"
    )


def test_list_shows_the_day(create, user):
    """Each task in the list has `due_date`, a date or `null`."""
    task = create(due_date=DAY)
    for shown in user.get("/api/tasks").get_json()["data"]:
        assert "due_date" in shown, "a task looks the same in the list and alone"
        expected = DAY if shown["id"] == task["id"] else None
        assert shown["due_date"] == expected, "the sample is due on no day"


@pytest.mark.parametrize("day", ["0001-01-01", "2024-02-29", "9999-12-31"])
def test_any_day_of_the_calendar_is_taken(create, user, day):
    """Any day of the calendar is taken, such as {day}."""
    task = create(due_date=day)
    response = user.get(f"/api/tasks/{task['id']}")
    expect(response).contains({"data": {"due_date": day}}, "this day exists")


def test_put_sets_the_day(create, user):
    """`PUT` with `due_date` sets it."""
    path = f"/api/tasks/{create(due_date=DAY)['id']}"
    body = {"title": "Anew", "status": "pending", "due_date": "2031-06-01"}
    expect(user.put(path, json=body)).status(200, "the task is replaced")
    expect(user.get(path)).contains({"data": {"due_date": "2031-06-01"}}, "the new day is stored")


def test_put_without_a_day_resets_it(create, user):
    """`PUT` without `due_date` makes it `null`."""
    path = f"/api/tasks/{create(due_date=DAY)['id']}"
    response = user.put(path, json={"title": "Anew", "status": "pending"})
    expect(response).status(200, "the day may be left out")
    expect(user.get(path)).contains(
        {"data": {"due_date": None}}, "PUT replaces the whole task: what is not given is reset"
    )


def test_patch_sets_the_day_alone(create, user):
    """`PATCH` with `due_date` alone sets it, and keeps the rest."""
    task = create(tags=["home"])
    path = f"/api/tasks/{task['id']}"
    expect(user.patch(path, json={"due_date": DAY})).status(200, "one field is a change")
    expect(user.get(path)).contains(
        {"data": {"due_date": DAY, "title": task["title"], "tags": ["home"]}},
        "PATCH changes what it names, and nothing else",
    )


def test_patch_without_a_day_keeps_it(create, user):
    """`PATCH` without `due_date` keeps it."""
    path = f"/api/tasks/{create(due_date=DAY)['id']}"
    expect(user.patch(path, json={"title": "Renamed"})).status(200, "one field is a change")
    expect(user.get(path)).contains(
        {"data": {"due_date": DAY}},
        "PATCH changes what it names: a default must not be put where nothing was sent",
    )


def test_patch_with_null_clears_the_day(create, user):
    """`PATCH` with `due_date` `null` takes the day away."""
    path = f"/api/tasks/{create(due_date=DAY)['id']}"
    expect(user.patch(path, json={"due_date": None})).status(200, "null is a value for a day")
    expect(user.get(path)).contains(
        {"data": {"due_date": None}}, "null was sent, and that is not the same as nothing"
    )


@pytest.mark.parametrize(("kind", "value"), WRONG.items(), ids=WRONG)
def test_what_is_no_date_is_422(create, user, expect_error, kind, value):
    """A `due_date` that is no date is 422, and `details` names it: {kind}."""
    task = create(due_date=DAY)
    path = f"/api/tasks/{task['id']}"
    whole = {"title": "Anew", "status": "pending", "due_date": value}
    why = "what a date looks like is one thing for all clients: YYYY-MM-DD (ISO 8601)"
    for response in (
        user.post("/api/tasks", json={"title": "Typed", "due_date": value}),
        user.put(path, json=whole),
        user.patch(path, json={"due_date": value}),
    ):
        error = expect_error(response, 422, "VALIDATION_FAILED", why)
        assert "due_date" in error["details"], "`details` names the field that is wrong"
    expect(user.get(path)).contains({"data": {"due_date": DAY}}, "nothing wrong was stored")


def days(response):
    """Return the days of the tasks in a list."""
    expect(response).status(200, "a list is answered with 200, also where it is empty")
    return [task.get("due_date") for task in response.get_json()["data"]]


def test_due_before_is_strict(create, user):
    """`?due_before=` lists the tasks that are due before that day, and not on it."""
    for day in ("2030-01-31", "2030-02-01", "2030-02-02", "2029-12-31"):
        create(due_date=day)
    found = days(user.get("/api/tasks?due_before=2030-02-01"))
    assert sorted(map(str, found)) == ["2029-12-31", "2030-01-31"], (
        "before a day means that the day itself is out. Tasks without a day are not due before any"
    )


@pytest.mark.parametrize("status", ["pending", "completed"])
def test_due_before_is_for_every_status(create, user, status):
    """`?due_before=` lists {status} tasks as well; whoever wants others out adds `status`."""
    create(due_date=DAY, status=status)
    found = user.get("/api/tasks?due_before=2030-02-01")
    assert days(found) == [DAY], "a filter by day says nothing about the status"


def test_due_before_goes_with_other_filters(create, user):
    """`?due_before=` goes with other filters and with pages; the links keep it."""
    for number in range(3):
        create(due_date=DAY, tags=["home"], title=f"Task {number}")
    create(due_date=DAY)
    create(tags=["home"])
    response = user.get("/api/tasks?due_before=2030-02-01&tag=home&per_page=2")
    assert days(response) == [DAY, DAY], "each filter narrows the list"
    expect(response).contains({"meta": {"total": 3, "pages": 2}}, "only what fits is counted")
    following = response.get_json()["links"]["next"]
    assert "due_before=2030-02-01" in following, "the next page is of the same list"


@pytest.mark.parametrize("value", ["31.12.2030", "2030-02-30", "soon", "7"])
def test_due_before_of_no_date_is_422(user, expect_error, value):
    """`?due_before={value}` is no date: 422, and `details` names it."""
    error = expect_error(
        user.get(f"/api/tasks?due_before={value}"),
        422,
        "VALIDATION_FAILED",
        "a filter that was not understood would answer with a list that was not asked for",
    )
    assert "due_before" in error["details"], "`details` names the parameter that is wrong"


@pytest.mark.parametrize("sort", ["due_date", "-due_date"])
def test_sorted_by_day(create, user, sort):
    """`?sort={sort}` sorts by the day; those without one stand together, first or last."""
    for day in ("2030-05-01", "2029-12-31", None, "2031-01-01", "2030-10-01"):
        create(due_date=day)
    found = days(user.get(f"/api/tasks?sort={sort}"))
    known = ["2029-12-31", "2030-05-01", "2030-10-01", "2031-01-01"]
    if sort.startswith("-"):
        known.reverse()
    assert [day for day in found if day] == known, f"`sort={sort}` sorts by the day"
    none = [None] * (len(found) - len(known))
    assert found in (none + known, known + none), "tasks without a day stand together at one end"


@pytest.mark.parametrize("sort", ["due_date", "-due_date"])
def test_pages_sorted_by_day_are_complete(create, user, sort):
    """`?sort={sort}` in pages shows each task exactly once, where days are equal or missing."""
    for day in (DAY, None, DAY, "2030-05-01"):
        create(due_date=day)
    pages = [user.get(f"/api/tasks?sort={sort}&per_page=2&page={page}") for page in range(1, 5)]
    for response in pages:
        days(response)
    ids = [task["id"] for response in pages for task in response.get_json()["data"]]
    assert len(ids) == 7, "four pages of two hold all seven tasks"
    assert len(set(ids)) == 7, "no task is on two pages, so none is missing"


def test_second_sort_key_decides_between_equal_days(create, user):
    """`?sort=due_date,-title` sorts by title downwards where days are equal."""
    for title in ("B", "C", "A"):
        create(title=title, due_date=DAY)
    response = user.get("/api/tasks?sort=due_date,-title&due_before=2031-01-01")
    expect(response).status(200, "several columns may be named")
    found = [task["title"] for task in response.get_json()["data"]]
    assert found == ["C", "B", "A"], "the first key is equal, so the second one decides"


@pytest.mark.parametrize("parameter", ["sort", "fields"])
def test_refused_names_are_told_of_due_date(user, expect_error, parameter):
    """A wrong name in `?{parameter}=` is 422, and `due_date` is among the names to choose from."""
    error = expect_error(user.get(f"/api/tasks?{parameter}=color"), 422, "VALIDATION_FAILED")
    assert "due_date" in str(error["details"].get(parameter)), "the message names what there is"


def test_day_can_be_the_only_field(create, user):
    """`?fields=due_date` shows the days alone."""
    create(due_date=DAY)
    response = user.get("/api/tasks?fields=due_date&due_before=2031-01-01")
    expect(response).status(200, "due_date is a field like any other")
    expect(response).contains({"data": [{"due_date": DAY}]}, "this one task is due")
    assert response.get_json()["data"] == [{"due_date": DAY}], "only what was asked for is shown"
