"""Stage 2 in few lines: one view for several methods, errors as returned tuples, silent JSON."""

from itertools import count

from flask import Flask, abort, jsonify, make_response, request

app = Flask(__name__)
ids, item_ids = count(4), count(100)
tasks = [
    {"id": 1, "title": "Learn Flask Basics", "status": "completed"},
    {"id": 2, "title": "Build First API", "status": "completed"},
    {"id": 3, "title": "Explore Routing", "status": "pending"},
]
users = {1: ("Alice", "alice@example.com"), 2: ("Bob", "bob@example.com")}
items = []


def fail(status, why):
    abort(make_response(jsonify(error=why), status))


def one(rows, number):
    return next((row for row in rows if row["id"] == number), None) or fail(404, "Not found")


def body():
    if request.mimetype != "application/json":
        fail(415, "JSON only")
    try:
        data = request.get_json(silent=True)
    except RecursionError:
        data = None
    return data if isinstance(data, dict) else fail(400, "Not a JSON object")


def words(data, key):
    value = data.get(key)
    return value.strip() or fail(400, key) if isinstance(value, str) else fail(400, key)


def fields(data):
    name, price, about = words(data, "name"), data.get("price"), data.get("description")
    number = isinstance(price, (int, float)) and price is not True and price is not False
    if not number or price != price or price in (float("inf"), float("-inf")):
        fail(400, "price")
    if about is not None and not isinstance(about, str):
        fail(400, "description")
    return {"name": name, "price": price, "description": about}


@app.errorhandler(404)
@app.errorhandler(400)
def plain(error):
    return {"error": error.name}, error.code


@app.route("/product/<string:sku>")
def product(sku):
    return jsonify(sku)


@app.route("/api/users/<int:number>")
def user(number):
    name, email = users.get(number) or fail(404, "No such user")
    return jsonify(id=number, name=name, email=email)


@app.route("/api/tasks", methods=["GET", "POST"])
@app.route("/api/tasks/", methods=["GET", "POST"])
def collection():
    if request.method == "POST":
        new = {"title": words(body(), "title"), "status": "pending", "id": next(ids)}
        tasks.append(new)
        return make_response(jsonify(new), 201)
    status = request.args.get("status") or None
    return jsonify([t for t in tasks if status in (None, t["status"])])


@app.route("/api/tasks/<int:number>")
def task(number):
    return one(tasks, number)


@app.route("/api/search")
def search():
    q, limit = request.args["q"], request.args.get("limit", type=int)
    limit = 20 if limit is None else limit
    if limit < 0:
        abort(400)
    found = list(filter(lambda t: q.lower() in t["title"].lower(), tasks))
    order = request.args.get("sort", "default")
    found.sort(key=lambda t: t["title"] if order == "title" else t["id"])
    return jsonify(query_received=q, limit_applied=limit, sorting=order, results=found[:limit])


@app.route("/api/show-headers")
def headers():
    shown = ("Accept", "User-Agent", "Referer")
    return jsonify(headers={name: request.headers.get(name) for name in shown})


@app.route("/api/items", methods=["GET", "POST"])
def goods():
    if request.method == "GET":
        return jsonify(items)
    item = {"id": next(item_ids)} | fields(body())
    items.append(item)
    return item, 201


@app.route("/api/items/<int:number>", methods=["GET", "PUT", "DELETE"])
def good(number):
    item = one(items, number)
    if request.method == "PUT":
        item |= fields(body())
    if request.method == "DELETE":
        items.remove(item)
    return item
