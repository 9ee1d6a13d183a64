"""What works from the start, and has to go on working."""

import json

import pytest

from workshop.suite import expect

SAMPLE = [
    {"id": 1, "title": "Learn Flask Basics", "status": "completed"},
    {"id": 2, "title": "Build First API", "status": "completed"},
    {"id": 3, "title": "Explore Routing", "status": "pending"},
]


def test_lists_the_sample_tasks(client, entries):
    """`GET /api/tasks` lists the three sample tasks."""
    response = client.get("/api/tasks")
    expect(response).status(
        200, "no status is asked for, so it is the whole list: a parameter behind ? may be missing"
    )
    tasks = entries(response)
    for task in SAMPLE:
        assert task in tasks, (
            "a server that has just started holds the sample data, and no status was asked for: "
            "request.args.get() gives None then, with which nothing is to be compared"
        )
    assert len(tasks) == len(SAMPLE), "a server that has just started holds the sample data alone"


@pytest.mark.parametrize("task", SAMPLE, ids=lambda task: str(task["id"]))
def test_shows_one_task(client, task):
    """A task is found by the number in the path: {task}."""
    expect(client.get(f"/api/tasks/{task['id']}")).status(
        200, "<int:task_id> in the route is the number in the path"
    ).contains(task, "the number in the path is the id of the task")


def test_unknown_task_is_404(client, refused):
    """A task that there is not is 404, and the reason is in JSON."""
    refused(client.get("/api/tasks/4"), 404, "the path is right, but there is nothing behind it")


@pytest.mark.parametrize("word", ["abc", "-1", "1.5"])
def test_task_id_is_a_whole_number(client, refused, word):
    """`GET /api/tasks/{word}` is 404: the converter `int` takes digits alone."""
    refused(
        client.get(f"/api/tasks/{word}"),
        404,
        "where the converter does not match, there is no such route, and no view is called",
    )


def test_tasks_with_a_slash_at_the_end(client):
    """`GET /api/tasks/` is the same list: no redirect, no 404."""
    expect(client.get("/api/tasks/")).status(
        200, "people type both, and a redirect costs a client of a POST its body"
    )


def test_unknown_path_is_404_in_json(client, refused):
    """A path that the app does not know is 404, and the reason is in JSON."""
    refused(client.get("/api/nothing-here"), 404, "a mistyped path has to be noticed")


def test_tasks_refuse_delete(client):
    """`DELETE /api/tasks` is 405, and `Allow` names `GET` and `POST`."""
    response = client.delete("/api/tasks")
    expect(response).status(405, "the path exists, the method does not: RFC 9110, 15.5.6")
    for method in ("GET", "POST"):
        expect(response).header(
            "Allow", contains=method, why="a 405 has to say which methods there are"
        )


@pytest.mark.parametrize(
    ("path", "sku"), [("AB-12", "AB-12"), ("007", "007"), ("caf%C3%A9", "café")]
)
def test_product_is_named_by_its_sku(client, path, sku):
    """`GET /product/{path}` answers in JSON, with the sku {sku}."""
    response = client.get(f"/product/{path}")
    body = expect(response).status(200, "one route with a variable answers for every sku").json()
    assert sku in json.dumps(body, ensure_ascii=False), (
        "a sku is text, not a number: its letters and leading zeros stay as they came"
    )


def test_sku_holds_no_slash(client, refused):
    """`GET /product/AB/12` is 404: a variable without a converter ends at a slash."""
    refused(client.get("/product/AB/12"), 404, "only <path:...> takes slashes along")


def test_there_are_no_items_at_the_start(client):
    """`GET /api/items` is an empty list on a server that has just started."""
    expect(client.get("/api/items")).status(200, "a list without entries is still a list").equals(
        [], "no items are made before a client makes one"
    )


def test_python_app_py_serves_this_machine_only(program):
    """`python app.py` serves this machine alone: 127.0.0.1, not 0.0.0.0."""
    for server in program():
        assert server.host in ("127.0.0.1", "localhost", "::1"), (
            "0.0.0.0 offers the development server to everybody in the same network; "
            "it is made for your machine alone"
        )


@pytest.mark.parametrize("command", ["python app.py", "flask run"])
def test_debug_mode_is_not_switched_on_in_code(program, command):
    """`{command}` serves without debug mode; `flask run --debug` is the way to ask for it."""
    for server in program(command):
        assert server.debug is False, (
            "the debugger runs any Python that a visitor types, and what stands in the code "
            "goes along to production; ask for it on the command line, where it ends with the run"
        )
