"""Stage 2 with method views, a store with a lock, checks as small classes, and a deny-list."""

import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from flask import Flask, Response, request
from flask.views import MethodView

Row = dict[str, Any]


class Refusal(Exception):
    """Ends a request with a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Store:
    """Rows under numbers that only go up."""

    def __init__(self, rows: list[Row]) -> None:
        self._lock = threading.Lock()
        self._rows = {row["id"]: row for row in rows}
        self._last = len(rows)

    def __iter__(self) -> Iterator[Row]:
        with self._lock:
            return iter(list(self._rows.values()))

    def add(self, row: Row) -> Row:
        with self._lock:
            self._last += 1
            new = {"id": self._last, **row}
            self._rows[self._last] = new
        return new

    def get(self, number: int) -> Row:
        with self._lock:
            if number not in self._rows:
                raise Refusal(404, f"nothing is kept under {number}")
            return self._rows[number]

    def put(self, number: int, row: Row) -> Row:
        self.get(number)
        with self._lock:
            self._rows[number] = {"id": number, **row}
            return self._rows[number]

    def remove(self, number: int) -> None:
        self.get(number)
        with self._lock:
            del self._rows[number]


def body() -> Row:
    if not request.is_json:
        raise Refusal(415, "send application/json")
    try:
        found = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise Refusal(400, "this is not JSON") from None
    if type(found) is not dict:
        raise Refusal(400, "send an object")
    return found


def text(value: object) -> str:
    if isinstance(value, str) and (stripped := value.strip()):
        return stripped
    raise Refusal(400, "a text is missing")


def price(value: object) -> int | float:
    if type(value) not in (int, float) or not Decimal(value).is_finite():  # type: ignore[arg-type]
        raise Refusal(400, "a price is missing")
    return value  # type: ignore[return-value]


def checked(rules: dict[str, Callable[[object], object]], optional: set[str]) -> Row:
    """Check the body by rules; fields that have none are refused."""
    found = body()
    if unknown := found.keys() - rules.keys():
        raise Refusal(400, f"unknown: {', '.join(sorted(unknown))}")
    return {k: rule(found.get(k)) for k, rule in rules.items() if k in found or k not in optional}


def note(value: object) -> str:
    if not isinstance(value, str):
        raise Refusal(400, "a description is a text")
    return value


ITEM_RULES: dict[str, Callable[[object], object]] = {
    "name": text,
    "price": price,
    "description": note,
}

tasks = Store(
    [
        {"id": 1, "title": "Learn Flask Basics", "status": "completed"},
        {"id": 2, "title": "Build First API", "status": "completed"},
        {"id": 3, "title": "Explore Routing", "status": "pending"},
    ]
)
users = Store(
    [
        {"id": 1, "name": "Alice", "email": "alice@example.com"},
        {"id": 2, "name": "Bob", "email": "bob@example.com"},
    ]
)
items = Store([])


class TaskList(MethodView):
    def get(self) -> list[Row]:
        wanted = request.args.getlist("status")
        return [task for task in tasks if not wanted or task["status"] in wanted]

    def post(self) -> tuple[Row, int, dict[str, str]]:
        task = tasks.add({**checked({"title": text}, set()), "status": "pending"})
        return task, 201, {"Location": f"/api/tasks/{task['id']}"}


class One(MethodView):
    def __init__(self, store: Store) -> None:
        self.store = store

    def get(self, number: int) -> Row:
        return self.store.get(number)


class OneItem(One):
    def put(self, number: int) -> Response:
        self.store.get(number)
        self.store.put(number, checked(ITEM_RULES, {"description"}))
        return Response(status=204)

    def delete(self, number: int) -> Row:
        self.store.remove(number)
        return {"deleted": number}


class ItemList(MethodView):
    def get(self) -> list[Row]:
        return list(items)

    def post(self) -> tuple[Row, int]:
        return items.add(checked(ITEM_RULES, {"description"})), 201


def search() -> Row:
    words = request.args.get("q")
    if words is None:
        raise Refusal(400, "q is missing")
    try:
        limit = int(request.args["limit"])
    except (KeyError, ValueError):
        limit = 20
    if limit < 0:
        raise Refusal(400, "limit is negative")
    sorting = request.args.get("sort") or "default"
    hits = [task for task in tasks if words.casefold() in task["title"].casefold()]
    if sorting == "title":
        hits = sorted(hits, key=lambda task: str(task["title"]))
    del hits[limit:]
    return {
        "results": hits,
        "sorting": sorting,
        "limit_applied": limit,
        "query_received": words,
        "found": len(hits),
    }


def headers() -> Row:
    secret = {"authorization", "proxy-authorization", "cookie", "x-api-key"}
    return {k.lower(): v for k, v in request.headers.items() if k.lower() not in secret}


def create_app() -> Flask:
    app = Flask(__name__)
    app.url_map.strict_slashes = False
    app.add_url_rule("/api/tasks", view_func=TaskList.as_view("tasks"))
    app.add_url_rule("/api/tasks/<int:number>", view_func=One.as_view("task", tasks))
    app.add_url_rule("/api/users/<int:number>", view_func=One.as_view("user", users))
    app.add_url_rule("/api/items", view_func=ItemList.as_view("items"))
    app.add_url_rule("/api/items/<int:number>", view_func=OneItem.as_view("item", items))
    app.add_url_rule("/api/search", view_func=search)
    app.add_url_rule("/api/show-headers", view_func=headers)
    app.add_url_rule("/product/<sku>", "product", lambda sku: [f"Product {sku}"])

    @app.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> tuple[Row, int]:
        return {"error": str(refusal)}, refusal.status

    @app.errorhandler(404)
    def unknown(error: Exception) -> tuple[Row, int]:
        return {"error": "no such path"}, 404

    return app


app = create_app()
