"""Examples, put together from those of the fields."""

from typing import Any

from marshmallow import Schema, fields


def example_of(shape: Any) -> Any:
    """Return an example of a shape: of a schema, or of a schema of OpenAPI with such in it."""
    # BEGIN SOLUTION examples: of a schema (data_key, Nested), of an object, of an array, of others
    # STARTER: return None
    if isinstance(shape, Schema):
        named = {field.data_key or name: field for name, field in shape.fields.items()}
        return {name: example_of_field(field) for name, field in named.items() if has_one(field)}
    if shape["type"] == "object":
        return {name: example_of(inner) for name, inner in shape["properties"].items()}
    if shape["type"] == "array":
        return [example_of(shape["items"])]
    return shape["example"]
    # END SOLUTION


# BEGIN SOLUTION examples: what a field has for an example
def has_one(field: fields.Field[Any]) -> bool:
    """Tell whether a field has an example, or is made of fields."""
    return "example" in field.metadata or isinstance(field, fields.Nested)


def example_of_field(field: fields.Field[Any]) -> Any:
    """Return the example of a field."""
    if "example" in field.metadata:
        return field.metadata["example"]
    return example_of(field.schema) if isinstance(field, fields.Nested) else None


# END SOLUTION
