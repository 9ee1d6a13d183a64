"""One handler for each status, tuples for answers, and no class at all."""

from flask import Flask, jsonify, make_response, request, url_for

app = Flask(__name__)

tasks = {
    1: ("Learn Flask Basics", "completed"),
    2: ("Build First API", "completed"),
    3: ("Explore Routing", "pending"),
}
highest = 3


def show(number):
    title, status = tasks[number]
    return {"id": number, "title": title, "status": status}


def success(data):
    return {"status": "success", "data": data}


def error(status, code, message, details=None):
    details = details or {}
    inner = {"code": code, "message": message, "details": details, "status": status}
    return jsonify(status="error", error=inner), status


def missing(number):
    return error(404, "TASK_NOT_FOUND", f"Task with ID {number} not found")


def wrong(field, message):
    return error(400, "INVALID_FIELD", message, {"fields": [field]})


@app.errorhandler(400)
def bad_request(problem):
    return error(400, "BAD_REQUEST", "The request could not be understood")


@app.errorhandler(RecursionError)
def too_deep(problem):
    return error(400, "BAD_REQUEST", "The body is nested too deeply")


@app.errorhandler(404)
def not_found(problem):
    return error(404, "URL_NOT_FOUND", f"There is nothing at {request.path}")


@app.errorhandler(405)
def method_not_allowed(problem):
    body, status = error(405, "METHOD_NOT_ALLOWED", f"{request.method} is not possible here")
    return body, status, {"Allow": ", ".join(problem.valid_methods)}


@app.errorhandler(415)
def unsupported_media_type(problem):
    return error(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json")


@app.errorhandler(Exception)
def crashed(problem):
    app.logger.exception("A view failed")
    return error(500, "INTERNAL_ERROR", "Something broke. Try again later.")


@app.get("/api/tasks", strict_slashes=False)
def read_all():
    wanted = request.args.get("status")
    found = map(show, sorted(tasks))
    return success([task for task in found if not wanted or task["status"] == wanted])


@app.post("/api/tasks", strict_slashes=False)
def create():
    global highest
    body = request.get_json()
    if not isinstance(body, dict):
        return error(400, "NO_OBJECT", "Send a JSON object")
    title = body.get("title")
    if not isinstance(title, str):
        return wrong("title", "Title is missing or no string")
    title = title.strip()
    if title == "":
        return wrong("title", "Title is blank")
    highest += 1
    tasks[highest] = (title, "pending")
    response = make_response(success(show(highest)), 201)
    response.location = url_for("read_one", number=highest, _external=True)
    return response


@app.get("/api/tasks/<int:number>")
def read_one(number):
    return success(show(number)) if number in tasks else missing(number)


@app.delete("/api/tasks/<int:number>")
def delete(number):
    if number not in tasks:
        return missing(number)
    del tasks[number]
    return "", 204


@app.put("/api/tasks/<int:number>/status")
def set_status(number):
    body = request.get_json()
    if not isinstance(body, dict):
        return error(400, "NO_OBJECT", "Send a JSON object")
    if "status" not in body:
        return wrong("status", "Status is missing")
    if body["status"] not in ("pending", "completed"):
        return wrong("status", "Status is either pending or completed")
    if number not in tasks:
        return missing(number)
    tasks[number] = (tasks[number][0], body["status"])
    return success(show(number))
