"""The document, written as one dictionary, in OpenAPI 3.1; its page; the index, and the hints."""

from pathlib import Path
from urllib.parse import quote

import flasgger
from flask import Blueprint, jsonify, request, send_from_directory
from werkzeug.exceptions import MethodNotAllowed

docs = Blueprint("docs", __name__)
ASSETS = Path(flasgger.__file__).parent / "ui3" / "static"
INFO = {"title": "The tasks of everybody", "version": "2026.11"}
STATES = ["pending", "completed"]
COLUMNS = ["id", "title", "status", "due_date", "created_at", "updated_at"]
FIELDS = [*COLUMNS, "description", "tags", "owner_id"]


def text(**more):
    return {"type": "string", **more}


def number(**more):
    return {"type": "integer", **more}


def record(properties, required=None):
    names = list(properties) if required is None else required
    made = {"type": "object", "properties": properties, "required": names}
    shown = {name: part["examples"][0] for name, part in properties.items() if "examples" in part}
    return {**made, "examples": [shown]} if shown else made


def rows(item):
    return {"type": "array", "items": item, "examples": [item["examples"]]}


def either_null(schema):
    return {**schema, "type": [schema["type"], "null"]}


MOMENT = text(format="date-time", examples=["2026-11-01T10:00:00+00:00"])
DAY = text(format="date", examples=["2027-05-01"])
TASK = {
    "id": number(examples=[3]),
    "title": text(examples=["Water the plants"]),
    "description": text(examples=["All of them"]),
    "status": text(enum=STATES, examples=["pending"]),
    "tags": {"type": "array", "items": text(), "examples": [["garden"]]},
    "due_date": either_null(DAY),
    "owner_id": number(examples=[2]),
    "created_at": MOMENT,
    "updated_at": MOMENT,
}
SENT = {
    "title": text(minLength=1, maxLength=150, examples=["Water the plants"]),
    "description": text(maxLength=2000, examples=["All of them"]),
    "status": text(enum=STATES, examples=["completed"]),
    "tags": {
        "type": "array",
        "maxItems": 20,
        "items": text(minLength=1, maxLength=50),
        "examples": [["garden"]],
    },
    "due_date": either_null(DAY),
}
USER = {
    "id": number(examples=[2]),
    "username": text(examples=["user"]),
    "email": text(examples=["user@example.com"]),
    "role": text(enum=["user", "admin"], examples=["user"]),
    "created_at": MOMENT,
}
JOB = {
    "job_id": text(),
    "state": text(enum=["PENDING", "STARTED", "RETRY", "SUCCESS", "FAILURE"]),
    "result": {"type": ["object", "null"], "additionalProperties": {}},
    "error": {"type": ["object", "null"], "additionalProperties": {}},
    "created_at": MOMENT,
    "updated_at": MOMENT,
}
ERROR = record(
    {
        "status": {"const": "error"},
        "error": record(
            {
                "code": text(),
                "message": text(),
                "details": {"type": "object", "additionalProperties": {"type": "array"}},
                "hint": record({"action": text(), "method": text(), "href": text()}, ["action"]),
            },
            ["code", "message", "details"],
        ),
    }
)
TOKENS = {
    "access_token": text(),
    "token_type": {"const": "Bearer"},
    "expires_in": number(),
}
URL = text(format="uri", examples=["http://localhost/api/tasks?page=1"])
SUCCESS = {"type": "string", "const": "success", "examples": ["success"]}


def enveloped(data, **more):
    return record({"status": SUCCESS, "data": data, **more})


def answers(good, *errors, counted=True):
    made = {}
    for status, schema in good.items():
        made[str(status)] = {"description": "As wanted"}
        if schema is not None:
            made[str(status)]["content"] = {"application/json": {"schema": schema}}
    for status in (*errors, *([429] if counted else []), 500):
        content = {"application/json": {"schema": ERROR}}
        made[str(status)] = {"description": "Refused", "content": content}
    return made


def sends(properties, required, example=None):
    media = {"schema": record(properties, required)}
    if example:
        media["examples"] = {"first": {"value": example}}
    return {"required": True, "content": {"application/json": media}}


def header(name):
    return {"name": name, "in": "header", "schema": text()}


def query(name, schema, **more):
    return {"name": name, "in": "query", "schema": schema, **more}


def columns(names, **more):
    return {"type": "array", "items": text(enum=names), **more}


ID = {"name": "id", "in": "path", "required": True, "schema": number(minimum=1)}
ANYBODY = {"security": []}
REFRESH = {"security": [{"renewal": []}]}
SIGNED = [f"{sign}{name}" for name in COLUMNS for sign in ("", "-")]
QUERY = [
    query("status", text(enum=STATES), example="pending"),
    query("tag", text(), example="garden"),
    query("due_before", text(format="date"), example="2027-01-01"),
    query("page", number(minimum=1, maximum=2**31 - 1, default=1)),
    query("per_page", number(minimum=1, maximum=100, default=20), example=5),
    query("q", text()),
    query("sort", columns(SIGNED, default=["-created_at"]), explode=False, example=["title"]),
    query("fields", columns(FIELDS), style="form", explode=False),
]
ONE = enveloped(record(TASK))
COUNTS = {name: number(examples=[1]) for name in (*STATES, "total", "overdue")}
META = {name: number(examples=[1]) for name in ("page", "per_page", "total", "pages")}
PAGES = {
    "self": URL,
    "first": URL,
    "prev": either_null(URL),
    "next": either_null(URL),
    "last": URL,
}
LINKS = {
    "self": "/api/",
    "service-desc": "/openapi.json",
    "service-doc": "/apidocs/",
    "status": "/readiness",
    "register": "/auth/register",
    "login": "/auth/login",
    "refresh": "/auth/refresh",
    "logout": "/auth/logout",
    "me": "/auth/me",
    "tasks": "/api/tasks",
    "stats": "/api/tasks/stats",
}
LISTED = rows(record(TASK, []))
PATHS = {
    "/api": {
        "get": {
            **ANYBODY,
            "responses": answers(
                {
                    200: enveloped(
                        record({"name": text(), "version": text()}),
                        links=record(dict.fromkeys(LINKS, URL)),
                    )
                }
            ),
        }
    },
    "/api/tasks/": {
        "get": {
            "parameters": [*QUERY, header("If-None-Match")],
            "responses": answers(
                {200: enveloped(LISTED, meta=record(META), links=record(PAGES)), 304: None},
                401,
                422,
            ),
        },
        "post": {
            "requestBody": sends(SENT, ["title"]),
            "responses": answers({201: ONE}, 400, 401, 415, 422),
        },
    },
    "/api/tasks/stats": {
        "get": {
            "parameters": [header("If-None-Match")],
            "responses": answers({200: enveloped(record(COUNTS)), 304: None}, 401),
        }
    },
    "/api/tasks/{id}": {
        "parameters": [ID],
        "get": {
            "parameters": [header("if-none-match")],
            "responses": answers({200: ONE, 304: None}, 401, 404),
        },
        "put": {
            "parameters": [header("If-Match")],
            "requestBody": sends(SENT, ["title", "status"]),
            "responses": answers({200: ONE}, 400, 401, 404, 409, 412, 415, 422),
        },
        "patch": {
            "parameters": [header("If-Match")],
            "requestBody": sends(SENT, [], {"status": "completed"}),
            "responses": answers({200: ONE}, 400, 401, 404, 409, 412, 415, 422),
        },
        "delete": {
            "parameters": [header("If-Match")],
            "responses": answers({204: None}, 401, 403, 404, 409, 412),
        },
    },
    "/api/tasks/{id}/process": {
        "post": {
            "parameters": [ID],
            "responses": answers(
                {202: enveloped(record({"job_id": text(), "status_url": URL}))}, 401, 404
            ),
        }
    },
    "/api/jobs/{id}": {
        "get": {
            "parameters": [{**ID, "schema": text()}],
            "responses": answers({200: enveloped(record(JOB))}, 401, 404),
        }
    },
    "/auth/register": {
        "post": {
            **ANYBODY,
            "requestBody": sends(
                {name: text() for name in ("username", "email", "password")},
                ["username", "email", "password"],
                {"username": "emmy", "email": "e@example.com", "password": "a long password"},
            ),
            "responses": answers(
                {201: enveloped(record(USER), message=text())}, 400, 409, 415, 422
            ),
        }
    },
    "/auth/login": {
        "post": {
            **ANYBODY,
            "requestBody": sends(
                {"username": text(), "password": text()},
                ["username", "password"],
                {"username": "user", "password": "password"},
            ),
            "responses": answers(
                {200: record({**TOKENS, "refresh_token": text()})}, 400, 401, 415, 422
            ),
        }
    },
    "/auth/refresh": {"post": {**REFRESH, "responses": answers({200: record(TOKENS)}, 401)}},
    "/auth/logout": {
        "post": {
            "security": [{"token": []}, {"renewal": []}],
            "responses": answers({204: None}, 401),
        }
    },
    "/auth/me": {"get": {"responses": answers({200: enveloped(record(USER))}, 401)}},
}
ALIVE = record({"status": text(const="ok")})
for path in ("/health", "/healthz"):
    PATHS[path] = {"get": {**ANYBODY, "responses": answers({200: ALIVE}, counted=False)}}
READY = record({"status": text(), "parts": {"type": "array", "items": text()}})
PATHS["/readiness"] = {"get": {**ANYBODY, "responses": answers({200: READY}, 503, counted=False)}}
for path, methods in PATHS.items():
    for method, described in methods.items():
        if isinstance(described, dict):
            described["description"] = f"What {method} of {path} does"
            described["operationId"] = (method + path).replace("/", "_").strip("_{}")
SCHEME = {"type": "http", "scheme": "Bearer"}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": INFO,
    "security": [{"token": []}],
    "paths": PATHS,
    "components": {"securitySchemes": {"token": SCHEME, "renewal": SCHEME}},
}
PAGE = """<!doctype html>
<html lang="en">
  <head>
    <title>Tasks</title>
    <link rel="stylesheet" href="/apidocs/swagger-ui.css">
  </head>
  <body>
    <div id="ui"></div>
    <script src="/apidocs/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui"})</script>
  </body>
</html>
"""


@docs.get("/openapi.json")
def show_document():
    return jsonify(DOCUMENT)


@docs.get("/apidocs/")
def show_page():
    return PAGE


@docs.get("/apidocs/<name>")
def show_asset(name):
    return send_from_directory(ASSETS, name)


@docs.get("/api")
def show_api():
    links = {name: address(path) for name, path in LINKS.items()}
    about = {"name": INFO["title"], "version": INFO["version"]}
    return {"status": "success", "data": about, "links": links}


def address(path):
    return request.host_url.rstrip("/") + path


DO = {
    "TOKEN_MISSING": ("log_in", "POST", "/auth/login"),
    "TOKEN_INVALID": ("log_in", "POST", "/auth/login"),
    "TOKEN_REVOKED": ("log_in", "POST", "/auth/login"),
    "TOKEN_EXPIRED": ("refresh", "POST", "/auth/refresh"),
    "TASK_NOT_FOUND": ("list", "GET", "/api/tasks"),
    "NOT_FOUND": ("read_index", "GET", "/api"),
}


def hint(code, status):
    if code in DO:
        action, method, path = DO[code]
        return {"action": action, "method": method, "href": address(path)}
    if status in (429, 503):
        return {"action": "wait"}
    if status in (409, 412) and code != "USER_EXISTS":
        return {"action": "read_again", "method": "GET", "href": address(request.path)}
    if status in (400, 405, 415, 422) or code == "TOKEN_WRONG_TYPE":
        href = address("/openapi.json") + "#" + place()
        return {"action": "read_document", "method": "GET", "href": href}
    return None


def place():
    wrong = isinstance(request.routing_exception, MethodNotAllowed)
    asked = request.path.rstrip("/").split("/")
    for path in PATHS:
        parts = path.rstrip("/").split("/")
        if len(parts) == len(asked) and all(
            part in ("{id}", name) for part, name in zip(parts, asked, strict=True)
        ):
            pointer = "/paths/" + path.replace("/", "~1")
            return quote(pointer if wrong else f"{pointer}/{request.method.lower()}", "/~")
    return ""
