"""Makes the document: OpenAPI, from the rules of the routes, the schemas and the descriptions."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from werkzeug.routing import Rule

from app.documentation import TITLE, VERSION
from app.documentation.descriptions import Description, Shape, description_of
from app.documentation.examples import example_of
from app.documentation.parameters import HEADERS_ASKED, OF_PATHS, names_allowed
from app.documentation.paths import path_of
from app.documentation.shapes import failed
from app.documentation.statuses import ERRORS, HEADERS, HEADERS_OF

ABOUT = (
    "Tasks, and the people they belong to. Register, log in at `/auth/login`, and send the access "
    "token with every request."
)
TAGS = {
    "index": "Where everything is.",
    "auth": "Users and their tokens.",
    "tasks": "Tasks.",
    "jobs": "Work that is done in the background.",
    "health": "For those who watch over the servers.",
}
# What a token of each kind is called. Both are sent in the same header, and a client has both.
TOKENS = {"access": "accessToken", "refresh": "refreshToken"}


def document(app: Flask) -> dict[str, Any]:
    """Return the document of an application."""
    schemas = MarshmallowPlugin(schema_name_resolver=name_of_schema)
    spec = APISpec(
        title=TITLE,
        version=VERSION,
        openapi_version="3.0.3",  # what the user interface of flasgger can show
        info={"description": ABOUT},
        servers=[{"url": "/"}],
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        plugins=[schemas],
    )
    schemas.converter.add_attribute_function(names_allowed)  # type: ignore[union-attr]
    add_components(spec)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        description = description_of(app.view_functions[rule.endpoint])
        if description:
            add_rule(spec, app, rule, description)
    made: dict[str, Any] = spec.to_dict()
    return made


def name_of_schema(schema: Any) -> str:
    """Return what the document calls a schema: as its class, without what only Python needs."""
    made_of = schema if isinstance(schema, type) else type(schema)
    return made_of.__name__.removesuffix("Output")


def name_of_status(status: int) -> str:
    """Return what the document calls the response of an error."""
    return HTTPStatus(status).phrase.replace(" ", "")


def add_components(spec: APISpec) -> None:
    """Add what many operations refer to: headers, errors, and how a token is sent."""
    for name, header in HEADERS.items():
        spec.components.header(name, header)
    # TODO statuses: add a response for each status of ERRORS
    # TODO security: add a scheme for each of TOKENS: http, bearer


def add_rule(spec: APISpec, app: Flask, rule: Rule, description: Description) -> None:
    """Add an operation for each method of a rule."""
    # TODO document: add the path, with an operation for each method a client can name


def operation(rule: Rule, description: Description, text: str) -> dict[str, Any]:
    """Return what the document says of a view, whose docstring is `text`."""
    summary, _, more = text.strip().partition("\n")
    tag, _, name = rule.endpoint.partition(".")
    made: dict[str, Any] = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "description": " ".join(more.split()),
        "parameters": list(parameters(rule, description)),
        "responses": responses(rule, description),
    }
    if description.body:
        made["requestBody"] = {"required": True, "content": content(description.body)}
    # TODO security: an alternative for each kind of token; an empty list for none
    return made


def parameters(rule: Rule, description: Description) -> Iterator[dict[str, Any]]:
    """Yield what a client can set beside the body."""
    for name in sorted(rule.arguments):
        yield {"in": "path", "name": name, "required": True, **OF_PATHS[name]}
    # TODO parameters: those of the query, by their schema, and the headers


def responses(rule: Rule, description: Description) -> dict[str, Any]:
    """Return all that a view can answer, by the status."""
    made: dict[str, Any] = {
        str(status): success(status, shape) for status, shape in description.answers.items()
    }
    # TODO statuses: name the response of each error that it can answer
    return made


# TODO statuses: which errors a view can answer


def success(status: int, shape: Shape) -> dict[str, Any]:
    """Return what the document says of an answer when all goes well."""
    made: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "headers": headers(status),
    }
    if shape is not None:
        made["content"] = content(shape)
    return made


def failure(status: int, codes: dict[str, str]) -> dict[str, Any]:
    """Return what the document says of an error, with an example for each code that it has."""
    examples = {}
    for code, message in codes.items():
        error = {"code": code, "message": message, "details": {}}
        examples[code] = {"value": {"status": "error", "error": error}}
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
        "headers": headers(status),
        "content": {"application/json": {"schema": failed(), "examples": examples}},
    }


def headers(status: int) -> dict[str, str]:
    """Return the headers of an answer, each by its name among the components."""
    return {name: name for name in ("X-Request-ID", *HEADERS_OF.get(status, ()))}


def content(shape: Shape) -> dict[str, Any]:
    """Return a body of JSON, with an example where there is one."""
    made: dict[str, Any] = {"schema": shape}
    example = example_of(shape)
    if example is not None:
        made["example"] = example
    return {"application/json": made}
