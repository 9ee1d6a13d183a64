import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("sparse-fields")

ALL = ("id", "title", "description", "status", "tags", "created_at", "updated_at")


SHARED = (
    "both requests are right. What is changed in an object that all requests share, such as a "
    "schema, is changed for those as well that are under way"
)


def expect_fields(tasks, *fields):
    assert tasks, "the sample is there"
    for task in tasks:
        assert sorted(task) == sorted(fields), (
            f"a task shows {sorted(task)}, and {sorted(fields)} was asked for: no more, "
            "no less, and nothing that is left over from another request"
        )


@pytest.mark.parametrize("fields", ["id", "title,id"])
def test_fields_that_were_asked_for(serve, tasks_in, fields):
    """`?fields={fields}` shows these fields of each task, and no others."""
    # A new server: what is left over from other requests has a test of its own.
    expect_fields(tasks_in(serve().get(f"/api/tasks?fields={fields}")), *fields.split(","))


def test_next_request_gets_whole_tasks(client, tasks_in):
    """The next request, without `fields`, gets whole tasks again."""
    expect_fields(tasks_in(client.get("/api/tasks?fields=id")), "id")
    expect_fields(tasks_in(client.get("/api/tasks")), *ALL)
    task = client.get("/api/tasks/1").get_json()["data"]
    expect_fields([task], *ALL)


def test_values_are_the_same(client, tasks_in):
    """A field that was asked for has the value that it has in a whole task."""
    whole = tasks_in(client.get("/api/tasks"))
    for field in ALL:
        wanted = [{field: task.get(field)} for task in whole]
        expect(client.get(f"/api/tasks?fields={field}")).contains(
            {"data": wanted}, "only what is left out differs"
        )
        expect_fields(client.get(f"/api/tasks?fields={field}").get_json()["data"], field)


def test_unknown_field(client, faults_in):
    """`?fields=id,color` is 422, and the answer names the fields that there are."""
    for fields in ("color", "id,color", "color,id", "password_hash", "__class__", "-id"):
        response = client.get(f"/api/tasks?fields={fields}")
        faults_in(response, "fields", why="a typing error would look like a field that is empty")
        answer = response.get_data(as_text=True)
        for field in ALL:
            assert field in answer, f"the answer does not name {field!r}: say what there is instead"


def test_requests_do_not_mix_their_fields(client, new_client, race, tasks_in):
    """Two requests at the same time get the fields that each of them asked for."""
    second = new_client()
    for line in range(1, 400, 4):
        answers = race(
            lambda: client.get("/api/tasks?fields=id,title"),
            lambda: second.get("/api/tasks?fields=status"),
            line,
        )
        expect_fields(tasks_in(answers[0], SHARED), "id", "title")
        if len(answers) == 1:
            break
        expect_fields(tasks_in(answers[1], SHARED), "status")


def test_sort_by_a_field_that_is_not_shown(client):
    """`?sort=title&fields=id` sorts by a field that is not shown."""
    expect(client.get("/api/tasks?sort=title&fields=id&per_page=2")).contains(
        {"data": [{"id": 2}, {"id": 1}], "meta": {"total": 3}},
        "what is shown and how it is sorted are two questions",
    )


def test_links_keep_the_fields(client, links_in):
    """Links keep `fields`."""
    response = client.get("/api/tasks?fields=id,title&per_page=1")
    expect_fields(response.get_json()["data"], "id", "title")
    assert links_in(response).get("next") == {"fields": "id,title", "per_page": "1", "page": "2"}, (
        "the next page shows what this one shows"
    )
