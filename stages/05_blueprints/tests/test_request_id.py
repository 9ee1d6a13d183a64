import string

import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("request-id")

HEADER = "X-Request-ID"
VISIBLE = string.digits + string.ascii_letters + string.punctuation


@pytest.fixture
def id_in():
    """Return a function that takes the id out of an answer, and fails unless it is a sane one."""

    def id_in(response, why="every answer has one, so that every answer can be asked about"):
        found = expect(response).header(HEADER, why=why)
        is_sane = 1 <= len(found) <= 128 and all(letter in VISIBLE for letter in found)
        assert is_sane, f"{found!r} is not 1 to 128 visible characters of ASCII"
        return found

    return id_in


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"),
        ("GET", "/api/tasks"),
        ("GET", "/api/tasks/999"),
        ("POST", "/api/tasks"),
        ("GET", "/nothing-here"),
        ("PUT", "/api/tasks"),
        ("HEAD", "/api/tasks"),
    ],
)
def test_answer_has_an_id(client, id_in, method, path):
    """The answer to `{method} {path}` has an `X-Request-ID`, whatever its status."""
    id_in(client.open(path, method=method))


def test_each_request_has_its_own(client, id_in):
    """Two requests that bring no id get different ones."""
    made = [id_in(client.get("/health")) for _ in range(3)]
    are_different = len(set(made)) == len(made)
    assert are_different, (
        f"{made}: an id that two requests share finds neither. A default in the signature of a "
        "function, or a variable of the module, is computed once; make it in each request"
    )


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        pytest.param("one character", "7", id="short"),
        pytest.param("a usual one", "from-my-terminal", id="usual"),
        pytest.param("128 characters", "x" * 128, id="128 characters"),
        pytest.param("all visible characters of ASCII", VISIBLE, id="all visible ones"),
    ],
)
def test_sane_id_is_echoed(client, id_in, kind, sent):
    """A sane id is sent back as it came, with errors as well: {kind}."""
    for path in ("/health", "/nothing-here"):
        found = id_in(client.get(path, headers={HEADER: sent}))
        assert found == sent, (
            "the client, or a proxy before you, has named this request already: with the same id "
            "in all their logs, one search finds the whole story"
        )


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        pytest.param("an empty one", "", id="empty"),
        pytest.param("129 characters", "x" * 129, id="129"),
        pytest.param("one with a blank", "two words", id="blank"),
        pytest.param("one with a tab", "a\tb", id="tab"),
        pytest.param("one with an escape sequence", "\x1b[2J", id="escape"),
        pytest.param("one with a DEL", "del\x7f", id="delete"),
        pytest.param("one with a letter beyond ASCII", "na\xefve", id="not ASCII"),
    ],
)
def test_other_id_is_replaced(client, id_in, kind, sent):
    """An id that is not 1 to 128 visible ASCII characters is replaced by a new one: {kind}."""
    found = [id_in(client.get("/health", headers={HEADER: sent})) for _ in range(2)]
    is_echoed = sent in found
    assert not is_echoed, "the id is written into the log, where such characters do harm"
    assert found[0] != found[1], "what takes its place is as new as for a request without an id"


def test_id_does_not_outlive_its_request(client, id_in):
    """The id of one request is not that of the next."""
    assert id_in(client.get("/health", headers={HEADER: "the-first"})) == "the-first", "it is sane"
    assert id_in(client.get("/health")) != "the-first", "the next request is another one"


def test_requests_at_once_keep_their_ids(race, new_client, client, id_in):
    """Two requests that are answered at the same time keep their ids apart."""
    other = new_client()

    def first():
        return client.get("/health", headers={HEADER: "the-first"})

    def second():
        return other.get("/health", headers={HEADER: "the-second"})

    line = 0
    while True:
        line += 1
        answers = race(first, second, line)
        assert id_in(answers[0]) == "the-first", (
            "what is kept in a variable of the module, or on the app, belongs to all requests; "
            "`g` belongs to one"
        )
        if len(answers) == 1:
            return
        assert id_in(answers[1]) == "the-second", "each request has its own `g`"


def test_crash_has_an_id(serve, id_in):
    """A 500 has the id too, and sends back the one that came."""
    response = serve(crash_at="/api/crash").get("/api/crash", headers={HEADER: "it-broke-here"})
    expect(response).status(500, "the check added a view that raises")
    assert id_in(response) == "it-broke-here", "this is the answer that somebody will ask you about"


def test_id_stands_in_the_log(log, serve, id_in):
    """The id stands in the log with the error of its request, whether it came or was made."""
    client = serve(crash_at="/api/crash")
    for headers in ({HEADER: "find-me-in-the-log"}, {}):
        found = id_in(client.get("/api/crash", headers=headers))
        is_logged = found in log()
        assert is_logged, (
            f"somebody calls and names the id {found}: it leads to the traceback, if it is there"
        )


def test_log_cannot_be_faked(log, serve, id_in):
    """An id with control characters in it is not written into the log."""
    client = serve(crash_at="/api/crash")
    found = id_in(client.get("/api/crash", headers={HEADER: "ok\x1b[2J\x1b[1;1Hall is well"}))
    is_logged, is_faked = found in log(), "all is well" in log()
    assert is_logged, "the log has the id that was made instead"
    assert not is_faked, (
        "a terminal obeys escape sequences: this one wipes the screen and writes a line of its own"
    )
