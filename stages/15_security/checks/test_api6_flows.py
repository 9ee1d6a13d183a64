"""API6:2023, unrestricted access to sensitive business flows: a thing done twice."""

import pytest

from workshop.suite import expect

ours = pytest.mark.task("idempotency")
KEY = {"Idempotency-Key": "3f0c5d4e-7f8a-4b1c-9d2e-3f4a5b6c7d8e"}
TASK = {"title": "Order a cake"}
NO_KEYS = {"an empty one": "", "300 letters": "x" * 300, "a letter with an accent": "caf\xe9"}


@ours
def test_same_answer(user, titles):
    """The same POST with the same `Idempotency-Key` is done once, and answered the same."""
    first = user.post("/api/tasks", json=TASK, headers=KEY)
    expect(first).status(201)
    second = user.post("/api/tasks", json=TASK, headers=KEY)
    expect(second).status(201, "a client that has heard nothing sends it again").equals(
        first.get_json()
    )
    for name in ("Location", "ETag"):
        expect(second).header(name, equals=first.headers[name], why="it is the same answer")
    found = titles(user).count("Order a cake")
    assert found == 1, f"there are {found} cakes now"


@ours
def test_remembered(serve, as_, titles):
    """It is remembered by more than the process."""
    first = as_(serve()).post("/api/tasks", json=TASK, headers=KEY)
    expect(first).status(201)
    user = as_(serve())
    second = user.post("/api/tasks", json=TASK, headers=KEY)
    expect(second).status(201).equals(first.get_json(), "another process knows the key as well")
    assert titles(user).count("Order a cake") == 1, "a restart has forgotten the key"


@ours
@pytest.mark.parametrize(
    "body", [{"title": "Order two cakes"}, {"title": "Order a cake", "tags": ["x"]}]
)
def test_another_body(user, titles, body):
    """The same key with another body is 422, and nothing is done ({body})."""
    expect(user.post("/api/tasks", json=TASK, headers=KEY)).status(201)
    before = titles(user)
    answer = user.post("/api/tasks", json=body, headers=KEY)
    expect(answer).status(422, "neither the old answer nor a new task is what was asked for")
    expect(answer).contains({"status": "error"})
    after = titles(user)
    assert after == before, f"there are {len(after)} tasks, and were {len(before)}"


@pytest.mark.parametrize("options", [{}, {"json": TASK}])
def test_another_path(user, options):
    """The same key at another address is no repetition, whatever is sent ({options})."""
    expect(user.post("/api/tasks", json=TASK, headers=KEY)).status(201)
    answer = user.post("/api/tasks/3/process", headers=KEY, **options)
    is_mistaken = answer.status_code == 201 or "Order a cake" in answer.get_data(as_text=True)
    assert not is_mistaken, "this was to process a task, and is answered with a new one"


@ours
def test_another_user(user, stranger, titles):
    """Two users may make up the same key."""
    expect(user.post("/api/tasks", json=TASK, headers=KEY)).status(201)
    answer = stranger.post("/api/tasks", json=TASK, headers=KEY)
    expect(answer).status(201, "a key is one's own")
    mine = answer.get_json()["data"]["id"]
    expect(stranger.get(f"/api/tasks/{mine}")).status(200, "it is not the task of the other")
    assert titles(stranger) == ["Order a cake"], "the stranger has ordered one, too"


@ours
def test_processing(user, recorder):
    """A task is processed once for a key."""
    first = user.post("/api/tasks/3/process", headers=KEY)
    second = user.post("/api/tasks/3/process", headers=KEY)
    expect(first).status(202)
    expect(second).status(202).equals(first.get_json(), "it is the same job")


@ours
def test_at_once(user, new_client, as_, at_write, titles):
    """Sent twice at the same time, it is done once."""
    other = as_(new_client())
    answers = at_write(
        lambda: user.post("/api/tasks", json=TASK, headers=KEY),
        lambda: other.post("/api/tasks", json=TASK, headers=KEY),
    )
    statuses = sorted(answer.status_code for answer in answers)
    is_right = statuses in ([201, 201], [201, 409])
    assert is_right, f"they were answered {statuses}; the second one may be told to wait (409)"
    found = titles(user).count("Order a cake")
    assert found == 1, f"there are {found} cakes now"


@ours
def test_answer_unknown(user, new_client, as_, at_write, sql, writes, titles):
    """A key whose answer is not known yet does nothing again, also when the work is committed."""
    with sql() as statements:
        another = {"Idempotency-Key": "another"}
        expect(user.post("/api/tasks", json={"title": "Read"}, headers=another)).status(201)
    other = as_(new_client())
    answers = at_write(
        lambda: user.post("/api/tasks", json=TASK, headers=KEY),
        lambda: other.post("/api/tasks", json=TASK, headers=KEY),
        write=writes(statements),  # the last one: most put the answer there
    )
    statuses = sorted(answer.status_code for answer in answers)
    is_right = statuses in ([201, 201], [201, 409])
    assert is_right, f"they were answered {statuses}; the second one may be told to wait (409)"
    found = titles(user).count("Order a cake")
    assert found == 1, f"there are {found} cakes now: a key that is taken stops whoever comes later"


@ours
def test_after_a_mistake(user, titles):
    """A request that was refused has done nothing: its key is as new."""
    path = "/api/tasks/4/process"
    expect(user.post(path, headers=KEY)).status(404)
    expect(user.post("/api/tasks", json=TASK)).status(201).contains({"data": {"id": 4}})
    again = user.post(path, headers=KEY)
    expect(again).status(202, "the key was not stored, as nothing was done")
    expect(user.post(path, headers=KEY)).status(202).equals(again.get_json(), "now it is known")


@ours
@pytest.mark.parametrize("what", NO_KEYS)
def test_bad_key(user, what):
    """What is no key ({what}) is refused (400)."""
    answer = user.post("/api/tasks", json=TASK, headers={"Idempotency-Key": NO_KEYS[what]})
    expect(answer).status(400, "who sends it counts on it")
    expect(answer).contains({"error": {"code": "IDEMPOTENCY_KEY_INVALID"}})


def test_without_a_key(user, titles):
    """Without a key two requests are two tasks, as before."""
    for _ in range(2):
        expect(user.post("/api/tasks", json=TASK)).status(201)
    assert titles(user).count("Order a cake") == 2, "nobody has said that they are one"


def test_described(user, document, conforms):
    """That a key is taken is described."""
    for path in ("/api/tasks", "/api/tasks/{}/process"):
        is_there = "idempotency-key" in document.operation("POST", path).parameters("header")
        assert is_there, f"POST {path} has no parameter Idempotency-Key in the document"
    expect(user.post("/api/tasks", json=TASK, headers=KEY)).status(201)
    conforms("POST", "/api/tasks", user.post("/api/tasks", json={"title": "x"}, headers=KEY))
