"""Stage 1, asked with names that nobody can know."""

from urllib.parse import quote

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("greet-name")

_LETTERS = "abcdefghijklmnopqrstuvwxyzäßéñøłжшюяд李小"


@pytest.mark.parametrize("number", range(3))
def test_greets_whoever_comes(client, chance, number):
    """`/api/greet/<name>` greets any name."""
    name = "".join(chance.choices(_LETTERS, k=chance.randint(3, 12))).capitalize()
    said = {"greeting": f"Hello, {name}! Nice to meet you."}
    expect(client.get(f"/api/greet/{quote(name)}")).equals(said)
