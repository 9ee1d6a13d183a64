"""Stage 2, asked with titles and prices that nobody can know."""

import pytest

from workshop.suite import expect


def words(chance):
    """Return a title."""
    return " ".join("".join(chance.choices("bdfgklmnprstaeiou", k=6)) for _ in range(3)).title()


@pytest.mark.task("create-task")
def test_any_title_is_created(client, chance, entries):
    """A task with any title is created, and is in the list."""
    title = words(chance)
    expect(client.post("/api/tasks", json={"title": title})).status(201)
    expect(client.post("/api/tasks", json={"title": "Another"})).status(201)
    titles = [task.get("title") for task in entries(client.get("/api/tasks"))]
    assert titles.count(title) == 1, f"{title!r} is not in the list once: {titles}"


@pytest.mark.task("query-string")
def test_any_word_is_searched_for(client, chance):
    """A search for any word that nobody has written finds nothing."""
    word = "".join(chance.choices("qxzjvw", k=9))
    body = expect(client.get(f"/api/search?q={word}")).status(200).json()
    assert body.get("results") == [], f"nothing has {word} in it"
