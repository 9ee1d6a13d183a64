from datetime import UTC, datetime, timedelta

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("store-task")


def test_new_task_is_created(client):
    """`POST /api/tasks` answers 201 with the new task: pending, with the texts it was given."""
    response = client.post("/api/tasks", json={"title": "Read", "description": "Chapter 4"})
    expect(response).status(201, "something was created (RFC 9110, section 15.3.2)")
    expect(response).contains(
        {
            "status": "success",
            "data": {"title": "Read", "description": "Chapter 4", "status": "pending", "tags": []},
        },
        "the answer shows the task as it was stored, defaults included",
    )


def test_new_task_is_stored(client, create):
    """`GET` of the new task shows exactly what `POST` answered, and the list has it."""
    task = create(title="Keep me", description="In the table")
    response = client.get(f"/api/tasks/{task['id']}")
    expect(response).status(200, "what was answered 201 is stored: add() the task, then commit()")
    expect(response).contains(
        {"data": task}, "a task that was read from the database looks like the one just made"
    )


def test_title_is_enough(create):
    """A task can be made of a title alone: then it has no description and no tags."""
    task = create(title="Bare")
    assert not task.get("description"), "a description that nobody gave is empty"
    assert task.get("tags") == [], "tags that nobody gave are an empty list"


def test_location_leads_to_the_task(client):
    """`Location` of a new task is an absolute URL that answers with the task."""
    response = client.post("/api/tasks", json={"title": "Find me"})
    expect(response).status(201, "something was created")
    location = expect(response).header(
        "Location", startswith="http://", why="a client goes where Location says, as it stands"
    )
    expect(client.get(location)).contains(
        {"data": {"title": "Find me"}}, "the address is that of the new task"
    )


def test_title_is_stripped(create):
    """Blanks around a title are not stored."""
    task = create(title="  Tidy up  ")
    assert task.get("title") == "Tidy up", "blanks at the ends are typing, not title"


def test_title_can_have_150_characters(create):
    """A title can have 150 characters, of any script: they are not counted in bytes."""
    for letter in ("x", "ß"):
        task = create(title=letter * 150)
        assert task.get("title") == letter * 150, "150 is within 1 to 150"


def test_new_tasks_come_first(client, create, tasks_in):
    """New tasks come first in the list, also when they are made within one second."""
    made = [create(title=f"Task {number}")["id"] for number in range(4)]
    found = [task.get("id") for task in tasks_in(client.get("/api/tasks"))]
    assert found[:4] == made[::-1], "the newest comes first, then the one before it"
    assert len(found) == 7, "the three tasks of the sample are still there"


def test_created_at_is_the_time_of_the_request(create, moment):
    """`created_at` is the moment of the request, not that of the server's start."""
    before = datetime.now(UTC)
    created = moment(create(title="On time"), "created_at")
    # An app may keep whole seconds or milliseconds.
    grain = timedelta(milliseconds=1) if created.microsecond else timedelta(seconds=1)
    is_early = created <= before - grain
    assert not is_early, (
        f"the request came at {before.isoformat()}, and created_at is {created.isoformat()}, "
        "before it: a default is a function that is called for each row, such as default=utc_now; "
        "with parentheses it is called once, when the class is made"
    )
    is_late = created > datetime.now(UTC) + grain
    assert not is_late, "nothing is created in the future"


def test_task_survives_a_restart(create, serve):
    """A new task is still there, unchanged, when the server was restarted."""
    task = create(title="Still here", description="After the restart")
    response = serve().get(f"/api/tasks/{task['id']}")
    expect(response).status(200, "what was committed is in the file, and the server reads it again")
    expect(response).contains({"data": task}, "the task is what it was before the restart")


def test_another_database_has_other_tasks(create, serve, tasks_in, tmp_path):
    """With another `DATABASE_URL` the server has other tasks."""
    create(title="Only in the first")
    other = f"sqlite:///{(tmp_path / 'other.db').as_posix()}"
    tasks = tasks_in(serve(env={"DATABASE_URL": other}).get("/api/tasks"))
    assert "Only in the first" not in [task.get("title") for task in tasks], (
        "the address of the database is read from the environment at each start"
    )


def test_status_is_one_of_two(client, create, task_in):
    """A new task never has a status that there is not, such as `done`."""
    create(title="A right one")
    for status in ("done", "COMPLETED", 1, ["pending"]):
        response = client.post("/api/tasks", json={"title": "Odd", "status": status})
        if response.status_code != 400:
            task = task_in(response, 201, "a status that there is not is refused, or ignored")
            assert task.get("status") in ("pending", "completed"), "there are these two"


def test_client_does_not_choose_id_or_times(client, create):
    """A client cannot choose the `id` or `created_at` of a new task."""
    known = create(title="The one before")
    stolen = {"id": known["id"], "created_at": "2001-01-01T00:00:00+00:00"}
    response = client.post("/api/tasks", json={"title": "Mass assignment", **stolen})
    assert response.status_code in (201, 400, 422), "such fields are ignored, or refused"
    if response.status_code == 201:
        expect(response).status(201)
        task = response.get_json()["data"]
        assert task["id"] != known["id"], "the database makes the id"
        assert not task["created_at"].startswith("2001"), "the server knows when it was asked"
    expect(client.get(f"/api/tasks/{known['id']}")).contains(
        {"data": known}, "a new task leaves the others alone"
    )


def test_text_that_cannot_be_stored(client, create):
    """A title with a character that a database cannot store is no failure of the server."""
    create(title="A right one")
    for title in ("half of a surrogate pair: \ud800", "a NUL: \0"):
        response = client.post("/api/tasks", json={"title": title})
        assert response.status_code < 500, (
            "JSON can spell characters that a driver refuses to write: check the text, answer 400"
        )


NEXT_WORKS = (
    "after an error a session refuses all work until rollback(); and a session that is kept over "
    "requests, as under app.app_context().push(), hands its broken transaction on"
)


def test_failed_commit_is_not_a_success(serve, client, database, tasks_in):
    """A task that cannot be stored is not answered with 201, but with an error in the envelope."""
    impatient = serve(env={"DATABASE_URL": database.impatient_url()})
    with database.locked():
        response = impatient.post("/api/tasks", json={"title": "Not now"})
    response.exchange.note = database.lock_note
    assert response.status_code >= 400, (
        "another program held the lock of the database, so nothing could be stored; an error that "
        "is swallowed becomes a task that the client believes in"
    )
    expect(response).contains({"status": "error"}, "a failure has the envelope of an error")
    response = impatient.get("/api/tasks")
    response.exchange.note = database.lock_note.replace("this", "the request before")
    titles = [task.get("title") for task in tasks_in(response, NEXT_WORKS)]
    assert "Not now" not in titles, "what was answered with an error is not stored later"
    expect(impatient.post("/api/tasks", json={"title": "Now"})).status(201, "the lock is gone")


def test_request_after_a_failed_commit_works(serve, client, database):
    """The request after a failed commit works as if nothing had happened."""
    impatient = serve(env={"DATABASE_URL": database.impatient_url()})
    with database.locked():
        impatient.post("/api/tasks", json={"title": "Not now"})
    response = impatient.post("/api/tasks", json={"title": "Now"})
    response.exchange.note = database.lock_note.replace("this", "the request before")
    expect(response).status(201, NEXT_WORKS)
