"""What works from the start, and has to go on working."""

import pytest


def test_python_run_py_serves_this_machine_only(program):
    """`python run.py` serves 127.0.0.1, port 5000, without debug mode."""
    servers = program("python run.py")
    assert len(servers) == 1, "run.py makes an app and serves it, once"
    for server in servers:
        assert server.host in ("127.0.0.1", "localhost", "::1"), (
            "0.0.0.0 offers the development server to everybody in the same network"
        )
        assert server.port == 5000, "that is the port of Flask's development server"
        is_debug = server.debug
        assert not is_debug, "the debugger runs any Python that a visitor types"


def test_flask_run_is_not_in_debug_mode(program):
    """`flask run` serves without debug mode, unless it is asked for with `--debug`."""
    for server in program("flask run"):
        is_debug = server.debug
        assert not is_debug, (
            "a configuration that sets DEBUG shows the debugger wherever FLASK_CONFIG was forgotten"
        )


@pytest.mark.parametrize("path", ["/health", "/api/nothing-here"])
def test_start_makes_no_tables(serve, new_database, database_at, path):
    """Neither the start of a server nor `GET {path}` makes a table: `flask init-db` does."""
    url = new_database()
    serve(env={"DATABASE_URL": url}).get(path)
    tables = database_at(url).tables()
    assert tables == [], (
        "create_all() at the start runs in every worker and in every `flask` command, hides that "
        "nobody has prepared the database, and never changes a table that is there"
    )


def test_init_db_makes_tables(cli, new_database, database_at):
    """`flask init-db --yes` makes the tables of a new database, and asks nothing."""
    url = new_database()
    done = cli("init-db", "--yes", env={"DATABASE_URL": url})
    is_done = done.exit_code == 0
    assert is_done, f"it does not end well:\n{done.output[-1000:]}"
    assert database_at(url).tables(), "there are no tables in the database of DATABASE_URL"


def test_secret_key_stays_the_same(asked, environment):
    """In development `SECRET_KEY` is there without being set, and the same at every start."""
    environment(SECRET_KEY=None)
    key = asked("app.config.get('SECRET_KEY')", "development")
    assert key not in ("None", ""), "a developer does not have to set anything"
    again = asked("app.config.get('SECRET_KEY')", "development")
    is_same = key == again
    assert is_same, (
        "os.urandom() makes another key in each process: what one has signed, no other can read, "
        "and every restart ends all sessions"
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_trailing_slash_does_not_redirect(client, method):
    """`{method} /api/tasks/` does not redirect to `/api/tasks`, nor the other way round."""
    for path in ("/api/tasks/", "/api/tasks"):
        response = client.open(path, method=method, json={"title": "Either way"})
        is_redirect = response.status_code in (301, 302, 303, 307, 308)
        assert not is_redirect, (
            "many clients lose the body of a POST on their way; @bp.route('/') under "
            "url_prefix='/api/tasks' moves the list to /api/tasks/"
        )
        assert response.status_code != 404, "both addresses are the list of tasks"
