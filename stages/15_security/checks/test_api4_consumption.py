"""API4:2023, unrestricted resource consumption: bodies, depth, pages."""

import json

import pytest

from workshop.suite import expect

bodies = pytest.mark.task("bodies")
LARGE = 64 * 1024


@bodies
@pytest.mark.parametrize("path", ["/api/tasks", "/auth/login", "/auth/register"])
def test_large(user, path):
    """A body of more than 64 KiB for {path} is 413, in the envelope."""
    answer = user.post(path, json={"title": "x" * LARGE})
    expect(answer).status(413, "it would be read into memory, and parsed")
    expect(answer).contains({"status": "error", "error": {"code": "PAYLOAD_TOO_LARGE"}})


def test_ordinary(user):
    """The longest task that there can be is taken."""
    body = {
        "title": "x" * 150,
        "description": "ü" * 2000,
        "tags": [f"{n:02}" * 25 for n in range(20)],
    }
    expect(user.post("/api/tasks", json=body)).status(201, "it has some six thousand bytes")


@bodies
@pytest.mark.parametrize("path", ["/api/tasks", "/auth/login"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep(user, path, opening):
    """A body for {path} that is nested forty deep ({opening}) is 400, TOO_DEEP."""
    closing = {"[": "]", '{"a":': "}"}[opening]
    nested = opening * 40 + "1" + closing * 40
    text = f'{{"title": {nested}}}'
    answer = user.post(path, data=text, content_type="application/json")
    expect(answer).status(400, "whatever walks through it calls itself forty times")
    expect(answer).contains({"error": {"code": "TOO_DEEP"}})


@bodies
@pytest.mark.parametrize(("levels", "status"), [(16, 422), (17, 400)])
def test_depth(user, levels, status):
    """Of {levels} levels, of which the body itself is the first, the answer is {status}."""
    text = '{"title": ' + "[" * (levels - 1) + "]" * (levels - 1) + "}"
    forty = '{"title": ' + "[" * 40 + "]" * 40 + "}"
    for sent, code in ((forty, 400), (text, status)):
        answer = user.post("/api/tasks", data=sent, content_type="application/json")
        expect(answer).status(code, "sixteen levels are taken, and a list is no title: 422")


def test_very_deep(user):
    """Ten thousand brackets are no 500."""
    text = '{"title": ' + "[" * 10_000 + "]" * 10_000 + "}"
    answer = user.post("/api/tasks", data=text, content_type="application/json")
    expect(answer).status(400)


def test_shallow(user):
    """A list in a list is no attack, but a mistake: 422."""
    expect(user.post("/api/tasks", json={"title": [["x"]]})).status(422)


def test_pages(user):
    """Nobody is given more than a hundred tasks at once, as before."""
    expect(user.get("/api/tasks?per_page=101")).status(422)


@pytest.mark.task("users")
def test_pages_of_users(admin):
    """Nobody is given more than a hundred users at once."""
    expect(admin.get("/api/users?per_page=100")).status(200)
    expect(admin.get("/api/users?per_page=101")).status(422)


def test_described(user, conforms):
    """That a body can be too large is described."""
    answer = user.post("/api/tasks", json={"title": "x" * LARGE})
    conforms("POST", "/api/tasks", answer)
    is_json = json.loads(answer.get_data(as_text=True))["status"] == "error"
    assert is_json
