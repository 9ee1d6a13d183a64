"""Routing and requests: what a view learns from the path, the query string, the body and headers.

The data lives in this process: it is gone after a restart, and a second process has its own.
"""

import itertools
import math
from typing import Any, TypedDict

from flask import Flask, abort, request
from werkzeug.exceptions import BadRequest, HTTPException

app = Flask(__name__)
# /api/tasks and /api/tasks/ are one resource; a redirect between them loses the body of a POST in
# many clients. Rules take this setting when they are made, so it stands before the first of them.
app.url_map.strict_slashes = False


class Task(TypedDict):
    id: int
    title: str
    status: str


class User(TypedDict):
    id: int
    name: str
    email: str


class ItemFields(TypedDict):
    name: str
    price: int | float
    description: str


class Item(ItemFields):
    id: int


TASKS: dict[int, Task] = {
    1: {"id": 1, "title": "Learn Flask Basics", "status": "completed"},
    2: {"id": 2, "title": "Build First API", "status": "completed"},
    3: {"id": 3, "title": "Explore Routing", "status": "pending"},
}
USERS: dict[int, User] = {
    1: {"id": 1, "name": "Alice", "email": "alice@example.com"},
    2: {"id": 2, "name": "Bob", "email": "bob@example.com"},
}
ITEMS: dict[int, Item] = {}

# A counter only goes up, so no id is handed out twice: not after a delete, and not to two of the
# server's threads at once, because next() is a single step for them.
TASK_IDS = itertools.count(len(TASKS) + 1)
ITEM_IDS = itertools.count(1)

DEFAULT_LIMIT = 20


@app.errorhandler(400)
@app.errorhandler(404)
@app.errorhandler(415)
@app.errorhandler(501)
def error_as_json(error: HTTPException) -> tuple[dict[str, str | None], int]:
    """Turn `abort(404, "why")` into JSON. Other statuses are still HTML: stage 3 sees to that."""
    return {"error": error.description}, error.code or 500


@app.get("/product/<sku>")
def show_product(sku: str) -> dict[str, str]:
    """Show which product was asked for; without a converter a variable is a string, no slash."""
    return {"sku": sku}


# TODO user-by-id: answer GET /api/users/<int:user_id> with the user, or 404


@app.get("/api/tasks")
def list_tasks() -> list[Task]:
    """List the tasks, all of them or those with the `?status=` asked for."""
    tasks = list(TASKS.values())
    # TODO query-string: keep only the tasks with the ?status= asked for, if there is one
    return tasks


@app.get("/api/tasks/<int:task_id>")
def get_task(task_id: int) -> Task:
    """Show one task."""
    return TASKS.get(task_id) or abort(404, f"Task with ID {task_id} not found")


@app.get("/api/search")
def search_tasks() -> dict[str, Any]:
    """Search the titles for `?q=`, at most `?limit=` of them, by title with `?sort=title`."""
    # TODO query-string: read q, limit and sort, and answer what was understood and found
    abort(501, "The search is not built yet")


# TODO safe-headers: name the headers that hold no secret


@app.get("/api/show-headers")
def show_headers() -> dict[str, dict[str, str]]:
    """Echo the headers of the request that hold no secret."""
    # TODO safe-headers: echo those headers of the request, as an object under "headers"
    abort(501, "The echo is not built yet")


def json_object() -> dict[str, Any]:
    """Read the body as a JSON object: another media type is 415, any other content is 400."""
    # TODO json-body: return the JSON object of the body, or refuse it with 400 or 415
    abort(501, "Reading a JSON body is not built yet")


def required_text(body: dict[str, Any], field: str) -> str:
    """Return a field without the blanks around it; 400 if it is no string or nothing is left."""
    # TODO create-task: check the type before you strip, and refuse what is blank
    abort(501, "Checking a text is not built yet")


@app.post("/api/tasks")
def create_task() -> tuple[Task, int]:
    """Add a pending task."""
    title = required_text(json_object(), "title")
    # TODO create-task: keep the task under the next id, and answer it with 201
    abort(501, f"Creating the task {title!r} is not built yet")


def item_fields(body: dict[str, Any]) -> ItemFields:
    """Check what a client says about an item: 400 for the first field that is not right."""
    # TODO item-rules: check name, price (true and NaN are no prices) and description
    abort(501, "Checking an item is not built yet")


@app.get("/api/items")
def list_items() -> list[Item]:
    """List the items."""
    return list(ITEMS.values())


@app.post("/api/items")
def create_item() -> tuple[Item, int]:
    """Add an item."""
    fields = item_fields(json_object())
    item: Item = {"id": next(ITEM_IDS), **fields}
    ITEMS[item["id"]] = item
    return item, 201


# TODO item-methods: answer GET, PUT and DELETE of /api/items/<int:item_id>, or 404


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000)
