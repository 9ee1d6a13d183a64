import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("validation-errors")

UNKNOWN = {"color": "red", "size": 3}


def test_refused_body_is_422(client, faults_in):
    """`POST` with a field that there is not is 422 `VALIDATION_FAILED`; `details` names it."""
    faults_in(client.post("/api/tasks", json={"title": "A", "color": "red"}), "color")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_all_faults_at_once(client, faults_in, method):
    """`{method}` with two unknown fields names both, each with a list of messages."""
    path = "/api/tasks" if method == "POST" else "/api/tasks/1"
    response = client.open(path, method=method, json=UNKNOWN)
    faults_in(response, *UNKNOWN, why="a client who is told of one fault at a time asks again each")


def test_message_is_for_a_person(client, faults_in):
    """The `message` is a sentence for a person, and no printed dictionary."""
    response = client.post("/api/tasks", json=UNKNOWN)
    faults_in(response, *UNKNOWN)
    message = response.get_json()["error"]["message"]
    is_dump = "{" in message or "['" in message
    assert not is_dump, (
        f"`message` is {message!r}: that is how Python prints a dictionary. What is wrong with "
        "which field belongs into `details`, where programs find it"
    )


def test_query_is_judged_like_a_body(client, faults_in):
    """`?status=nonsense` is 422, and `details.status` names the statuses that there are."""
    faults = faults_in(client.get("/api/tasks?status=nonsense"), "status")
    for status in ("pending", "completed"):
        told = any(status in message for message in faults["status"])
        assert told, f"{faults['status']} does not name {status!r}: say what there is instead"


def test_faults_of_a_query_are_under_its_names(client, faults_in):
    """What is wrong with the query is told under the name of the parameter alone."""
    faults = faults_in(client.get("/api/tasks?status=someday&tag=home"), "status")
    assert "tag" not in faults, "nothing is wrong with the tag"


def test_refused_body_changes_nothing(client, faults_in, task_in, tasks_in):
    """What is refused is not stored: no new task, and no change of an old one."""
    before = tasks_in(client.get("/api/tasks"))
    faults_in(client.post("/api/tasks", json={"title": "Not this", **UNKNOWN}), *UNKNOWN)
    body = {"title": "Nor this", "status": "completed", **UNKNOWN}
    faults_in(client.put("/api/tasks/3", json=body), *UNKNOWN)
    faults_in(client.patch("/api/tasks/3", json=body), *UNKNOWN)
    expect(client.get("/api/tasks")).contains(
        {"data": before}, "a request is done as a whole, or not at all"
    )


def test_any_unknown_name(client, error_in):
    """An unknown field of any name, such as an empty one, is 422 and no failure of the server."""
    for field in ("", "_schema", "__class__", "ünï", "x" * 300, "%s{0}", "half a pair: \ud800"):
        response = client.post("/api/tasks", json={"title": "A", field: "x"})
        error_in(response, 422, "the name of a field comes from a client, and can be anything")


OWN = (
    "what a check has found belongs to the request that it is about, and not into an object that "
    "all requests share"
)


def expect_own_fault(response, faults_in, own, foreign):
    # Others, such as a title that is missing, depend on how much of the stage is built.
    is_told = foreign in faults_in(response, own)
    assert not is_told, f"this request is told of {foreign}, which another has sent: {OWN}"


def test_next_request_is_told_of_its_own_faults(serve, faults_in):
    """The next request is told of its own faults, and of none that were told before."""
    client = serve()  # a new server, so that what the answer shows can be repeated by hand
    faults_in(client.post("/api/tasks", json={"title": "A", "before": 1}), "before")
    response = client.post("/api/tasks", json={"title": "A", "now": 1})
    expect_own_fault(response, faults_in, "now", "before")


def test_errors_of_two_requests_do_not_mix(client, new_client, race, faults_in):
    """Requests at the same time are each told of their own faults, and of no others."""
    second = new_client()
    for line in range(1, 400, 3):
        answers = race(
            lambda: client.post("/api/tasks", json={"title": "A", "first": 1}),
            lambda: second.post("/api/tasks", json={"title": "A", "second": 1}),
            line,
        )
        expect_own_fault(answers[0], faults_in, "first", "second")
        if len(answers) == 1:
            break
        expect_own_fault(answers[1], faults_in, "second", "first")
