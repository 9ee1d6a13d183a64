"""OpenAPI documents as suites read them: of both versions, whatever their author likes to name."""

from typing import Any

import pytest

from workshop.suite.documents import Document, Operation

TASK = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer", "example": 3}, "due": {"type": "string"}},
}


def document(version: str = "3.0.3", **parts: Any) -> Document:
    """Return a document with one operation, whose answer refers to a component."""
    content = {"application/json; charset=utf-8": {"schema": {"$ref": "#/components/schemas/Task"}}}
    item = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
        "get": {
            "parameters": [{"$ref": "#/components/parameters/Known"}],
            "responses": {"200": {"description": "OK", "content": content}, "default": {}},
        },
    }
    known = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
    components = {
        "schemas": {"Task": TASK},
        "parameters": {"Known": known},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    whole = {"openapi": version, "paths": {"/tasks/{id}/": item}, "components": components}
    return Document(whole | parts)


def only(found: Document) -> Operation:
    """Return the one operation of a document."""
    (operation,) = found.operations()
    return operation


def test_an_operation_is_found_whatever_its_parameter_is_called() -> None:
    found = document()
    operation = found.operation("GET", "/tasks/{}")
    assert str(operation) == "GET /tasks/{id}/"
    assert found.operation("POST", "/tasks/{}") is None
    assert found.operation("GET", "/tasks") is None


def test_parameters_of_the_path_and_of_the_operation_are_one_list() -> None:
    operation = only(document())
    assert list(operation.parameters("path")) == ["id"]
    assert list(operation.parameters("header")) == ["if-none-match"]
    assert operation.parameters("query") == {}


def test_default_is_no_status() -> None:
    operation = only(document())
    assert operation.statuses() == ["200"]
    assert operation.answer(200) is not None
    assert operation.answer(404) is None
    assert operation.schema(404) is None


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_an_answer_is_held_against_its_schema(version: str) -> None:
    found = document(version)
    schema = only(found).schema(200)
    assert found.breaks({"id": 3}, schema) == []
    assert found.breaks({"id": "three"}, schema) == ["id: 'three' is not of type 'integer'"]
    assert found.breaks({}, schema) == ["the whole: 'id' is a required property"]


def test_null_is_said_in_the_words_of_each_version() -> None:
    old, new = {"type": "string", "nullable": True}, {"type": ["string", "null"]}
    assert document("3.0.3").breaks(None, old) == []
    assert document("3.1.0").breaks(None, new) == []
    assert document("3.1.0").breaks(None, {"type": "string"}) != []


def test_fields_that_no_schema_names_are_found_at_any_depth() -> None:
    found = document()
    schema = {"type": "object", "properties": {"data": {"type": "array", "items": TASK}}}
    value = {"data": [{"id": 3, "secret": 1}], "more": {}}
    assert found.undeclared(value, schema) == ["data[].secret", "more"]
    free = {"type": "object", "additionalProperties": {"type": "string"}}
    assert found.undeclared({"whatever": "x"}, free) == []
    assert found.undeclared({"id": 3}, {"allOf": [TASK, {"properties": {}}]}) == []


def test_a_token_may_be_asked_for_once_for_all() -> None:
    operation = only(document(security=[{"token": []}]))
    assert operation.takes_token()
    assert [scheme["scheme"] for scheme in operation.schemes()] == ["bearer"]
    assert not only(document()).takes_token()
    assert not only(document(security=[{}, {"token": []}])).takes_token(), "it is optional"
    assert list(only(document(security=[{"nobody": []}])).schemes()) == [{}]


def test_examples_are_its_own_or_those_of_the_properties() -> None:
    operation = only(document())
    assert operation.examples({"example": None}) == [None]
    assert operation.examples({"examples": {"one": {"value": {"id": 1}}}}) == [{"id": 1}]
    assert operation.examples({"schema": TASK}) == [{"id": 3}]
    assert operation.examples({"schema": {"type": "string"}}) == []


def test_a_pointer_is_followed_and_a_wrong_one_is_told() -> None:
    found = document()
    assert found.at("#/paths/~1tasks~1{id}~1/get") is only(found).content
    with pytest.raises(AssertionError, match="no 'gone' in it"):
        found.at("#/components/gone")
    found.content["components"]["schemas"]["Round"] = {"$ref": "#/components/schemas/Round"}
    with pytest.raises(AssertionError, match="circle"):
        found.resolved({"$ref": "#/components/schemas/Round"})


def test_faults_are_told_with_their_place() -> None:
    assert Document({"swagger": "2.0"}).faults() == ["it has no `openapi` that begins with 3."]
    assert any("info" in fault for fault in document().faults())
    whole = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {}}
    assert Document(whole).faults() == []
