import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("input-schema")

PAINT = {"title": "Paint the door", "description": "In green", "status": "completed"}


def names(task):
    """Return the names of a task's tags, in the order of the alphabet."""
    tags = task.get("tags")
    is_list = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
    assert is_list, f"`tags` is {tags!r}: a task shows the names of its tags, as a list of texts"
    return sorted(tags)


def test_new_task_is_201(client):
    """`POST` with all fields answers 201 with the new task."""
    response = client.post("/api/tasks", json={**PAINT, "tags": ["home"]})
    expect(response).status(201, "something was created (RFC 9110, 15.3.2)")
    expect(response).contains(
        {"status": "success", "data": {**PAINT, "tags": ["home"]}},
        "the answer shows the task as it was stored, with its tags by name: the schema for output "
        "turns each of these objects into its name",
    )


def test_title_is_enough(create):
    """A title is enough: a task is `pending`, with no description and no tags, by default."""
    task = create(title="Bare")
    assert task.get("status") == "pending", "what nobody has begun is pending"
    assert task.get("description") == "", "a description that nobody gave is an empty text"
    assert task.get("tags") == [], "tags that nobody gave are an empty list"


def test_default_is_made_for_each_task(create):
    """The tags of one task do not turn up at the next one that is given none."""
    create(title="First", tags=["home"])
    assert create(title="Second").get("tags") == [], "a default is made anew for each request"


def test_new_task_is_stored(client, create, serve):
    """`GET` of the new task shows what `POST` answered, also after a restart."""
    task = create(**PAINT, tags=["home", "colour"])
    for server in (client, serve()):
        response = server.get(f"/api/tasks/{task['id']}")
        expect(response).contains({"data": task}, "what was answered 201 is stored")


def test_location_leads_to_the_task(client):
    """`Location` of a new task leads to it."""
    response = client.post("/api/tasks", json={"title": "Find me"})
    expect(response).status(201, "something was created")
    location = expect(response).header("Location", why="a client goes where Location says")
    expect(client.get(location)).contains(
        {"data": {"title": "Find me"}}, "the address is that of the new task"
    )


def test_tags_are_shown_by_name(create, client, task_in, tasks_in):
    """A task shows its tags as a list of their names, alone and in the list."""
    task = create(title="Paint", tags=["home", "colour"])
    assert names(task) == ["colour", "home"], "the task has the tags that were sent"
    listed = {task.get("id"): task for task in tasks_in(client.get("/api/tasks"))}
    assert names(listed[task["id"]]) == ["colour", "home"], "the list shows the same tags"


def test_tag_that_is_there_is_taken_again(create):
    """A second task can have a tag that the first one has; a name sent twice is one tag."""
    create(title="Paint", tags=["home"])
    assert names(create(title="Sweep", tags=["home", "new"])) == ["home", "new"], "tags are shared"
    assert names(create(title="Mow", tags=["home", "home"])) == ["home"], "a task has it, or not"


def test_blanks_around_a_title_go(create):
    """Blanks around a title are taken off before it is measured and stored."""
    assert create(title="  Tidy up \n").get("title") == "Tidy up", (
        "blanks around it are typing, not title: take them off before anything measures the text"
    )
    task = create(title=" " + "x" * 150 + " ")
    assert task.get("title") == "x" * 150, "what is left has 150 characters, which is allowed"


@pytest.mark.parametrize("kind", ["blank", "no text"])
def test_title_is_refused(client, faults_in, kind):
    """A `title` that is {kind} is 422."""
    wrong = {
        "blank": ("", "   ", "\t\n"),
        "no text": (None, 42, True, ["Read"], {"text": "Read"}),
    }
    for title in wrong[kind]:
        faults_in(
            client.post("/api/tasks", json={"title": title}),
            "title",
            why="a task without a title is no task",
        )


def test_title_has_at_most_150_characters(client, create, faults_in):
    """A `title` of 150 characters is stored, in any script, and one of 151 is 422."""
    for letter in ("x", "ß", "李"):
        assert create(title=letter * 150).get("title") == letter * 150, "150 is within the limit"
        faults_in(client.post("/api/tasks", json={"title": letter * 151}), "title")


@pytest.mark.parametrize("body", [{}, {"description": "no title"}], ids=["empty", "other"])
def test_title_is_required(client, faults_in, body):
    """`POST` without a title, also with `{}`, is 422, and `details` names the title."""
    faults_in(
        client.post("/api/tasks", json=body),
        "title",
        why="`{}` is an object like any other: let the schema say what is missing",
    )


def test_status_is_one_of_two(client, faults_in):
    """A `status` other than `pending` and `completed` is 422."""
    for status in ("done", "PENDING", "", None, 1, ["pending"]):
        faults_in(client.post("/api/tasks", json={"title": "A", "status": status}), "status")


def test_description_is_a_text(client, faults_in):
    """A `description` that is no text, `null` for one, is 422."""
    for description in (42, None, ["long"]):
        body = {"title": "A", "description": description}
        faults_in(client.post("/api/tasks", json=body), "description")


def test_description_has_at_most_2000_characters(client, create, faults_in):
    """A `description` of 2000 characters is stored, an empty one as well; 2001 are 422."""
    for text in ("", "x" * 2000):
        assert create(title="A", description=text).get("description") == text, "it is allowed"
    body = {"title": "A", "description": "x" * 2001}
    faults_in(client.post("/api/tasks", json=body), "description")


def test_tags_are_a_list(client, faults_in):
    """`tags` that are no list, such as a text, are 422."""
    for tags in ("home", None, {"name": "home"}, 7):
        faults_in(client.post("/api/tasks", json={"title": "A", "tags": tags}), "tags")


def test_a_tag_is_a_name(client, faults_in):
    """`tags` with something in it that is no text, or is blank, are 422."""
    for tags in (["home", 7], [None], [["home"]], [""], ["  "]):
        faults_in(client.post("/api/tasks", json={"title": "A", "tags": tags}), "tags")


def test_wrong_members_are_told_in_words(client, faults_in):
    """What is wrong with names among the `tags` is told in words, not as a printed dictionary."""
    body = {"title": "A", "tags": ["a", 7, "  "]}
    for message in faults_in(client.post("/api/tasks", json=body), "tags")["tags"]:
        is_dump = "{" in message or "['" in message
        assert not is_dump, (
            f"{message!r} is how Python prints a dictionary or a list: take the texts out of it"
        )


def test_tags_have_limits(client, create, faults_in):
    """A tag has at most 50 characters, a task at most 20 tags; what is more is 422."""
    most = [f"{number:02}" + "x" * 48 for number in range(20)]
    assert names(create(title="A", tags=most)) == most, "20 tags of 50 characters are allowed"
    faults_in(client.post("/api/tasks", json={"title": "A", "tags": ["x" * 51]}), "tags")
    faults_in(client.post("/api/tasks", json={"title": "A", "tags": [*most, "one more"]}), "tags")


def test_all_faults_at_once(client, faults_in):
    """A body with several faults is told of all of them at once."""
    wrong = {"title": " ", "description": 42, "status": "soon", "tags": "home", "color": "red"}
    faults_in(
        client.post("/api/tasks", json=wrong),
        *wrong,
        why="a client who is told of one fault at a time asks again for each",
    )


@pytest.mark.parametrize("field", ["id", "created_at", "updated_at"])
def test_server_sets_id_and_times(client, create, faults_in, tasks_in, field):
    """A new task with `{field}` in its body is 422: the server sets it."""
    before = create(title="The one before")
    body = {"title": "Mine", field: before[field]}
    faults_in(
        client.post("/api/tasks", json=body),
        field,
        why="a field that a client may not set is refused by name, where ignoring it would let the "
        "client believe that it was set",
    )
    assert tasks_in(client.get("/api/tasks"))[0] == before, "and nothing was stored or changed"


def test_refused_task_is_not_stored(client, create, faults_in, tasks_in):
    """A task that is refused is not stored, nor are its tags."""
    last = create(title="The last one")
    faults_in(client.post("/api/tasks", json={"title": "Not me", "tags": ["new", 7]}), "tags")
    assert tasks_in(client.get("/api/tasks"))[0] == last, "nothing came after this one"
    assert tasks_in(client.get("/api/tasks?tag=new")) == [], "and nothing has this tag"


@pytest.mark.parametrize("field", ["title", "description", "tags"])
def test_text_that_cannot_be_stored(client, create, error_in, field):
    """A `{field}` with a NUL or half a surrogate pair in it is 422."""
    create(title="A right one")
    for text in ("a NUL: \0", "half a pair: \ud800", "the other half: \udfff"):
        body = {"title": "A", field: [text] if field == "tags" else text}
        error_in(
            client.post("/api/tasks", json=body),
            422,
            "JSON can spell characters that a database refuses to store, which is a 500: refuse "
            "them with the other faults",
        )


def test_odd_numbers(client, create):
    """A number that is none, or far too large, is 400 or 422, and no failure of the server."""
    create(title="A right one")
    for value in ("NaN", "-Infinity", "1e400", "9" * 5000):
        for body in (f'{{"title": {value}}}', f'{{"title": "A", "id": {value}}}'):
            response = client.post("/api/tasks", data=body, content_type="application/json")
            status = 400 if response.status_code == 400 else 422
            expect(response).status(status, "a title is no number, and an id is not for clients")
            expect(response).contains({"status": "error"}, "every error has the envelope")
