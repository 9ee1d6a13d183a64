"""What a view says of itself: what it takes, and all that it can answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., Any])
# What a body looks like: a schema, or a schema of OpenAPI with Marshmallow's in it; None is empty.
Shape = Schema | dict[str, Any] | None


@dataclass(frozen=True)
class Description:
    """What is to be known of a view beside its rule and its docstring; also the decorator for it.

    Who forgets `token=()` says that a route is closed which is open: the harmless one of two
    mistakes.

    Attributes:
        answers: what it answers when all goes well: the body, by the status.
        body: what a client sends.
        query: the parameters of the query string.
        errors: the statuses of errors that do not follow from the rest.
        token: the kinds of tokens that it takes, of which a client sends one; none where empty.
        limited: whether requests are counted.
        idempotent: whether it is done once for an `Idempotency-Key`.

    """

    answers: Mapping[int, Shape]
    body: Schema | None = None
    query: Schema | None = None
    errors: tuple[int, ...] = ()
    token: tuple[str, ...] = ("access",)
    limited: bool = True
    idempotent: bool = False

    def __call__(self, view: View) -> View:
        """Describe a view, as a decorator. It stays as it is."""
        view.description = self  # type: ignore[attr-defined]
        return view


# At a view it is read as a sentence: `@described({200: ...}, query=...)`.
described = Description


def description_of(view: Callable[..., Any]) -> Description | None:
    """Return the description of a view; None where it has none."""
    return getattr(view, "description", None)
