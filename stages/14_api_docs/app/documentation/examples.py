"""Examples, put together from those of the fields."""

from typing import Any

from marshmallow import Schema, fields


def example_of(shape: Any) -> Any:
    """Return an example of a shape: of a schema, or of a schema of OpenAPI with such in it."""
    # TODO examples: of a schema (data_key, Nested), of an object, of an array, of others
    return None


# TODO examples: what a field has for an example
