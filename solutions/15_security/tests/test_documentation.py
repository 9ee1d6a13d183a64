"""The document: it describes what the application does, all of it, and nothing else."""

from typing import Any

import pytest
from app.documentation.descriptions import description_of
from app.documentation.statuses import ERRORS
from app.index import LINKS
from factories import Header
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """Return the document as a client reads it."""
    read: dict[str, Any] = client.get("/openapi.json").json
    return read


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_no_route_is_forgotten(app: Flask) -> None:
    """Whoever adds a route, and no description, is told here."""
    forgotten = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith(("flasgger.", "static"))
        and description_of(app.view_functions[rule.endpoint]) is None
    ]

    assert forgotten == []


def test_what_is_not_described_is_not_there(document: dict[str, Any], app: Flask) -> None:
    paths = {rule.rule.replace("<int:", "<") for rule in app.url_map.iter_rules()}

    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}

    assert described <= paths


def test_a_code_that_is_answered_has_an_example(client: FlaskClient, as_user: Header) -> None:
    """The messages are in two places; here they are held against each other."""
    answers = [
        client.get("/api/tasks"),
        client.get("/api/tasks", headers={"Authorization": "Bearer nonsense"}),
        client.post("/auth/refresh", headers=as_user),
        client.get("/api/tasks/99", headers=as_user),
        client.get("/api/jobs/99", headers=as_user),
        client.post("/api/tasks", headers=as_user, json=[]),
        client.post("/api/tasks", headers=as_user, json={}),
        client.post("/api/tasks", headers=as_user, data="{", content_type="application/json"),
        client.post("/api/tasks", headers=as_user, data={"title": "A form"}),
    ]

    for answer in answers:
        error = answer.json["error"]
        assert ERRORS[answer.status_code][error["code"]] == error["message"]


def test_the_examples_of_the_index_are_its_links(client: FlaskClient) -> None:
    """The paths are there twice as well, as an example cannot ask the application."""
    links = client.get("/api/").json["links"]

    assert links == {name: f"http://localhost{path}" for name, (_, path) in LINKS.items()}


def test_the_document_is_made_once(app: Flask) -> None:
    assert app.swag.get_apispecs() is app.swag.get_apispecs()


def test_a_hint_points_at_the_operation(
    client: FlaskClient, as_user: Header, document: dict[str, Any]
) -> None:
    refused = client.patch("/api/tasks", headers=as_user, json={})

    pointer = refused.json["error"]["hint"]["href"].partition("#")[2]

    assert pointer == "/paths/~1api~1tasks"
    assert set(document["paths"]["/api/tasks"]) == {"get", "post"}
