"""What works from the start, and has to go on working."""

from workshop.suite import expect

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def test_the_server_answers(client):
    """`GET /` is answered with 200."""
    expect(client.get("/")).status(
        200, "200 OK is how a server says that here is what you asked for (RFC 9110, 15.3.1)"
    )


def test_unknown_path_is_404(client):
    """A path that the app does not know is answered with 404."""
    expect(client.get("/api/nothing-here")).status(
        404,
        "a client that mistyped a path has to be told that there is nothing there, "
        "and programs look at the status alone (RFC 9110, 15.5.5)",
    )


def test_root_refuses_post(client):
    """`POST /` is refused with 405, and `Allow` names `GET`."""
    response = client.post("/")
    expect(response).status(405, "the path exists, the method does not (RFC 9110, 15.5.6)")
    expect(response).header(
        "Allow",
        contains="GET",
        why="a 405 must say which methods there are (RFC 9110, 15.5.6); Flask adds Allow by "
        "itself, and an error handler of your own can lose it",
    )


def test_python_app_py_serves_this_machine_only(program):
    """`python app.py` serves this machine alone: 127.0.0.1, not 0.0.0.0."""
    for server in program():
        host = "127.0.0.1" if server.host in LOOPBACK else server.host
        assert host == "127.0.0.1", (
            "another address, 0.0.0.0 above all, offers the development server to everybody in "
            "the same network; it was made for your machine alone. Look at the host in the last "
            "line of app.py"
        )


def test_debug_mode_is_not_switched_on_by_python_app_py(program):
    """`python app.py` runs without debug mode: nothing in the code switches it on."""
    for server in program():
        mode = "debug mode on" if server.debug else "debug mode off"
        assert mode == "debug mode off", (
            "the debugger runs any Python that a visitor types into it, and what stands in the "
            "code goes along to production. Ask for it where it ends with the run: "
            "`flask --app app run --debug`"
        )


def test_debug_mode_is_off_when_flask_serves_the_app(program):
    """`flask run` serves without debug mode: nothing in the code switches it on."""
    for server in program("flask run"):
        mode = "debug mode on" if server.debug else "debug mode off"
        assert mode == "debug mode off", (
            "`app.debug = True` is on wherever the code runs, in production as well. Ask for "
            "debug mode where it ends with the run: `flask --app app run --debug`"
        )
