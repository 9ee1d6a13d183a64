"""What works from the start, and has to go on working."""

from workshop.suite import expect


def test_unknown_path_is_404(client):
    """A path that the app does not know is answered with 404."""
    expect(client.get("/api/nothing-here")).status(404, "there is nothing at this path")
