"""Kinds of fields that Marshmallow does not have."""

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields


class StorableString(fields.String):
    """A text, as it is, of characters that can be stored and encoded."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        # JSON can spell both, as \u0000 and \ud800; a database cannot store them.
        if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
            raise ValidationError("Must not hold NUL or half of a surrogate pair.")
        return text


class Text(StorableString):
    """A text without the blanks around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class YesOrNo(fields.Boolean):
    """A boolean, and nothing that could be meant as one: Marshmallow takes 0, "no" and "off"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Moment(fields.AwareDateTime):
    """A moment, as a client is shown it."""

    def __init__(self) -> None:
        super().__init__(
            required=True, format="iso", metadata={"example": "2026-01-01T12:00:00+00:00"}
        )


class Link(fields.Url):
    """The full address of something in this API."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        """Take the path of an example."""
        example = f"http://127.0.0.1:5000{path}"
        super().__init__(required=True, metadata={"example": example}, **kwargs)


class Names(fields.Field[list[str]]):
    """Names that are parted by commas, each of them one of a few."""

    def __init__(self, allowed: Sequence[str], *, descending: bool = False, **kwargs: Any) -> None:
        """Take the names that there are, and whether a `-` may stand before each."""
        super().__init__(**kwargs)
        self.allowed = allowed
        self.descending = descending

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        # What comes twice says nothing new, and a database sorts by only so many columns.
        names = list(dict.fromkeys(name.strip() for name in str(value).split(",")))
        for name in names:
            if (name.removeprefix("-") if self.descending else name) not in self.allowed:
                raise ValidationError(f"{name!r} is none of: {', '.join(self.allowed)}.")
        return names
