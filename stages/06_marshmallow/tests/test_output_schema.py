import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("output-schema")

KINDS = {"id": int, "title": str, "description": str, "status": str, "tags": list}


def test_task_has_its_seven_fields(client, task_in, tasks_in):
    """A task shows `id`, `title`, `description`, `status`, `tags`, `created_at`, `updated_at`."""
    wanted = {*KINDS, "created_at", "updated_at"}
    for task in (task_in(client.get("/api/tasks/1")), *tasks_in(client.get("/api/tasks"))):
        missing = sorted(wanted - task.keys())
        assert not missing, f"the task shows no {', '.join(missing)}: a schema shows what it names"


def test_fields_have_their_types(client, task_in):
    """The `id` is a number, `tags` is a list, and title, description and status are texts."""
    task = task_in(client.get("/api/tasks/3"))
    for field, kind in KINDS.items():
        is_right = type(task.get(field)) is kind
        assert is_right, f"`{field}` is {task.get(field)!r}, and should be of type {kind.__name__}"
    assert task["tags"] == [], "the tasks of the sample have no tags, and no tags is an empty list"


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_times_are_in_utc(client, task_in, moment, field):
    """`{field}` is in ISO 8601, in UTC and with its offset."""
    moment(task_in(client.get("/api/tasks/1")), field)


def test_task_looks_the_same_everywhere(client, tasks_in):
    """A task looks the same alone and in the list."""
    for task in tasks_in(client.get("/api/tasks")):
        expect(client.get(f"/api/tasks/{task.get('id')}")).contains(
            {"data": {**task, "created_at": task.get("created_at"), "tags": task.get("tags")}},
            "one schema shows tasks wherever they are shown",
        )
        assert "tags" in task, "the list shows whole tasks, with their tags"
