"""One page of a longer list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """What is on a page, and where in the list it is.

    Attributes:
        items: what is on it; nothing past the end of the list.
        page: its number, from 1 on.
        per_page: how much there is room for on a page.
        total: how long the whole list is.

    """

    items: list[T]
    page: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; 0 when the list is empty."""
        return -(-self.total // self.per_page)
