"""Stage 3, asked with titles and paths that nobody can know."""

import pytest

from workshop.suite import expect


def word(chance):
    """Return a word."""
    return "".join(chance.choices("bdfgklmnprstaeiou", k=9))


@pytest.mark.task("created-location")
def test_any_title_is_created_and_found(client, chance):
    """A task with any title is found where `Location` says."""
    title = word(chance).capitalize()
    response = client.post("/api/tasks", json={"title": title})
    expect(response).status(201)
    location = expect(response).header("Location")
    expect(client.get(location)).contains({"status": "success", "data": {"title": title}})


@pytest.mark.task("http-errors")
def test_any_path_that_is_not_there_is_404(client, chance):
    """Any path that is not there is 404, in the envelope."""
    response = client.get(f"/api/{word(chance)}")
    expect(response).status(404)
    expect(response).contains({"status": "error"})
