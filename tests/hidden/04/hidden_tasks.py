"""Stage 4, asked with titles and tags that nobody can know."""

import pytest


def word(chance):
    """Return a word."""
    return "".join(chance.choices("bdfgklmnprstaeiou", k=9))


@pytest.mark.task("store-task")
def test_any_title_outlives_a_restart(client, create, chance, serve):
    """A task with any title is there after a restart."""
    title = word(chance)
    task = create(title=title)
    found = serve().get(f"/api/tasks/{task['id']}").get_json()
    assert isinstance(found, dict) and found.get("data", {}).get("title") == title


@pytest.mark.task("tag-tasks")
def test_any_tag_is_kept(client, create, chance):
    """Any tags are kept."""
    tags = sorted(word(chance) for _ in range(3))
    task = create(title="Tagged", tags=tags)
    found = client.get(f"/api/tasks/{task['id']}").get_json()
    assert isinstance(found, dict) and sorted(found.get("data", {}).get("tags", [])) == tags
