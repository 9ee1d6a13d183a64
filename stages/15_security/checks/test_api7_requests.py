"""API7:2023, server side request forgery: to let the server ask, or write, where it should not."""

from workshop.suite import expect


def test_host(user):
    """A `Host` that somebody made up is in nobody else's answer."""
    expect(user.get("/api/tasks", base_url="http://evil.example")).status(200)
    answer = user.get("/api/tasks")
    is_there = "evil.example" in answer.get_data(as_text=True) + str(answer.headers)
    assert not is_there, "the answer to one client was kept for another one"


def test_mail_headers(user):
    """A line break in a title makes no header of an e-mail."""
    title = "Read the log\r\nBcc: everybody@example.com"
    answer = user.post("/api/tasks", json={"title": title})
    is_sane = answer.status_code in (201, 422)
    assert is_sane, f"it was answered {answer.status_code}"
