"""An OpenAPI document as a test reads it: its operations, what they promise, and what breaks it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_JSON = "application/json"


class Document:
    """A parsed document, of OpenAPI 3.0 or 3.1."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def faults(self) -> list[str]:
        """Return what is wrong with it by the rules of OpenAPI, each with its place."""
        from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

        if not str(self.content.get("openapi")).startswith("3."):
            return ["it has no `openapi` that begins with 3."]
        kind = OpenAPIV30SpecValidator if self._is_30() else OpenAPIV31SpecValidator
        return _told(kind(self.content).iter_errors())

    def operations(self) -> "list[Operation]":
        """Return every operation, in the order of the document."""
        return [
            Operation(self, path, method, item)
            for path, item in self._object(self.content.get("paths")).items()
            for method in METHODS
            if isinstance(self._object(item).get(method), dict)
        ]

    def operation(self, method: str, path: str) -> "Operation | None":
        """Return an operation; None when there is none.

        Args:
            method: such as `GET`.
            path: with `{}` for a parameter, whose name is the author's business; a stroke at its
                end does not matter.

        """
        for operation in self.operations():
            if operation.method == method and _plain(operation.path) == _plain(path):
                return operation
        return None

    def resolved(self, part: Any) -> Any:
        """Return a part of the document, or what it refers to.

        Raises:
            AssertionError: when it refers to something that is not there.

        """
        for _ in range(10):
            if not isinstance(part, dict) or not isinstance(part.get("$ref"), str):
                return part
            part = self.at(part["$ref"])
        raise AssertionError(f"The document refers to itself in a circle: {part}")

    def at(self, reference: str) -> Any:
        """Return what is at a JSON pointer (RFC 6901) such as `#/components/schemas/Task`."""
        found: Any = self.content
        for part in reference.removeprefix("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            assert isinstance(found, dict) and name in found, (
                f"The document has nothing at {reference}: no {name!r} in it"
            )
            found = found[name]
        return found

    def breaks(self, value: Any, schema: Any) -> list[str]:
        """Return where a value is not as a schema of this document says, and how."""
        from openapi_schema_validator import OAS30Validator, OAS31Validator

        kind = OAS30Validator if self._is_30() else OAS31Validator
        whole = {"allOf": [schema], "components": self.content.get("components", {})}
        validator = kind(whole, format_checker=kind.FORMAT_CHECKER)
        return _told(validator.iter_errors(value))

    def undeclared(self, value: Any, schema: Any, place: str = "") -> list[str]:
        """Return the fields of a value that a schema does not name."""
        schema = self.resolved(schema)
        if isinstance(value, list):
            items = schema.get("items", {})
            return [name for item in value for name in self.undeclared(item, items, f"{place}[]")]
        if not isinstance(value, dict):
            return []
        known = self.properties(schema)
        # An object whose keys are no names, such as the details of an error.
        free = schema.get("additionalProperties")
        if isinstance(free, dict) and not known:
            return []
        missing: list[str] = []
        for name, inner in value.items():
            path = f"{place}.{name}" if place else name
            missing += self.undeclared(inner, known[name], path) if name in known else [path]
        return missing

    def properties(self, schema: Any) -> dict[str, Any]:
        """Return the properties of a schema, and of those that it is put together from."""
        schema = self._object(self.resolved(schema))
        found = dict(self._object(schema.get("properties")))
        for word in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(word, []):
                found = self.properties(part) | found
        return found

    def _object(self, part: Any) -> dict[str, Any]:
        part = self.resolved(part)
        return part if isinstance(part, dict) else {}

    def _is_30(self) -> bool:
        return str(self.content.get("openapi")).startswith("3.0")


class Operation:
    """One method of one path.

    Attributes:
        method: such as `GET`.
        path: as the document writes it, such as `/api/tasks/{task_id}`.

    """

    def __init__(self, document: Document, path: str, method: str, item: Any) -> None:
        self.document = document
        self.path = path
        self.method = method.upper()
        self._item = document.resolved(item)
        self.content: dict[str, Any] = self._item[method]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def parameters(self, place: str) -> dict[str, dict[str, Any]]:
        """Return the parameters in `path`, `query` or `header`, by name; those of headers in small
        letters.
        """
        found = {}
        for part in (*self._item.get("parameters", []), *self.content.get("parameters", [])):
            parameter = self.document.resolved(part)
            if parameter.get("in") == place:
                name = str(parameter.get("name"))
                found[name.lower() if place == "header" else name] = parameter
        return found

    def statuses(self) -> list[str]:
        """Return the statuses of its answers; `default` is none."""
        return [str(status) for status in self.content.get("responses", {}) if status != "default"]

    def answer(self, status: int) -> dict[str, Any] | None:
        """Return what is said of the answer with a status; None when nothing is."""
        for named, answer in self.content.get("responses", {}).items():
            if str(named) == str(status):
                found = self.document.resolved(answer)
                return found if isinstance(found, dict) else None
        return None

    def schema(self, status: int) -> Any:
        """Return the schema of the JSON that comes with a status; None when there is none."""
        return _media(self.answer(status) or {}).get("schema")

    def body(self) -> dict[str, Any]:
        """Return the JSON media type of what is sent; empty when nothing is."""
        return _media(self.document.resolved(self.content.get("requestBody")) or {})

    def takes_token(self) -> bool:
        """Tell whether a client has to say who it is."""
        asked = self.alternatives()
        return bool(asked) and {} not in asked

    def alternatives(self) -> list[dict[str, Any]]:
        """Return what a client may send of security schemes, of which each needs all its names."""
        asked = self.content.get("security", self.document.content.get("security", []))
        return [one for one in asked if isinstance(one, dict)]

    def schemes(self) -> Iterator[dict[str, Any]]:
        """Yield the security schemes that it takes."""
        schemes = self.document.content.get("components", {}).get("securitySchemes", {})
        for asked in self.alternatives():
            for name in asked:
                yield self.document.resolved(schemes.get(name, {}))

    def examples(self, media: dict[str, Any]) -> list[Any]:
        """Return the examples of a media type: whole ones, or else one made of those of fields."""
        found = example_of(self.document, media.get("schema", {}))
        return self.whole_examples(media) or ([] if found is None else [found])

    def whole_examples(self, media: dict[str, Any]) -> list[Any]:
        """Return the examples of a media type that stand there as a whole, or at its schema."""
        if "example" in media:
            return [media["example"]]
        named = [self.document.resolved(example) for example in media.get("examples", {}).values()]
        if named:
            return [example["value"] for example in named if "value" in example]
        schema = self.document.resolved(media.get("schema", {}))
        if "example" in schema:
            return [schema["example"]]
        return list(schema.get("examples", []))


def example_of(document: Document, schema: Any) -> Any:
    """Return the example of a schema, put together from those of its properties; None without."""
    schema = document.resolved(schema)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "array":
        inner = example_of(document, schema.get("items", {}))
        return None if inner is None else [inner]
    properties = document.properties(schema)
    found = {
        name: example_of(document, inner)
        for name, inner in properties.items()
        if has_example(document, inner)
    }
    return found or None


def has_example(document: Document, schema: Any) -> bool:
    """Tell whether a schema has an example, which may be null, or is made of some that have."""
    schema = document.resolved(schema)
    own = "example" in schema or bool(schema.get("examples"))
    return own or example_of(document, schema) is not None


def _media(part: dict[str, Any]) -> dict[str, Any]:
    for name, media in part.get("content", {}).items():
        if name.partition(";")[0].strip().lower() == _JSON and isinstance(media, dict):
            return media
    return {}


def _plain(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/")


def _told(errors: Iterable[Any]) -> list[str]:
    """Return where each error is, and what; in the same order in each run."""
    return sorted(
        f"{_place(error.absolute_path)}: {_first_line(error.message)}" for error in errors
    )


def _place(path: Sequence[Any]) -> str:
    return "/".join(str(part) for part in path if part != "allOf") or "the whole"


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "not right"
    return line if len(line) <= 200 else f"{line[:200]}…"
