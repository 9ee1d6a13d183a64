"""What works from the start, and has to go on working."""

from workshop.suite import expect


def test_the_server_answers(client):
    """The server starts and answers `GET /` with 200."""
    expect(client.get("/")).status(200, "a view that returns a text is answered with 200 OK")


def test_unknown_path_is_404(client):
    """A path that the app does not know is answered with 404."""
    expect(client.get("/api/nothing-here")).status(
        404, "a client that mistyped a path has to see that there is nothing (RFC 9110, 15.5.5)"
    )


def test_python_app_py_serves_this_machine_only(program):
    """`python app.py` serves this machine alone: 127.0.0.1, not 0.0.0.0."""
    for server in program():
        assert server.host in ("127.0.0.1", "localhost", "::1"), (
            "0.0.0.0 offers the development server to everybody in the same network; "
            "it is made for your machine alone"
        )


def test_debug_mode_is_not_switched_on_in_code(program):
    """`python app.py` runs without debug mode; `flask run --debug` is the way to ask for it."""
    for server in program():
        assert server.debug is False, (
            "the debugger runs any Python that a visitor types, and what stands in the code "
            "goes along to production; ask for it on the command line, where it ends with the run"
        )


def test_debug_mode_is_off_when_flask_serves_the_app(program):
    """`flask run` serves without debug mode, because nothing in the code switches it on."""
    for server in program("flask run"):
        assert server.debug is False, (
            "`app.debug = True` in the code is on wherever the code runs, in production as well"
        )
