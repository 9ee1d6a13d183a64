import pytest

pytestmark = pytest.mark.task("config-by-name")

NAMES = ("development", "testing", "production")
SECRETS = {"SECRET_KEY": "a-secret-that-the-check-made-up"}


def expect_refusal(done, typed):
    """Expect that a command ended with a ValueError that names the choices."""
    refused = done.exit_code != 0
    assert refused, (
        f"`{typed}` lists the routes as if nothing was wrong. A name with a typing error in it, "
        "which is taken for development, is a server in production with the settings of a laptop"
    )
    ends = f"`{typed}` ends with\n{done.output.strip()[-600:]}\n"
    is_value_error = "ValueError" in done.output
    assert is_value_error, f"{ends}A value that cannot be right is a ValueError"
    for name in NAMES:
        is_named = name in done.output
        assert is_named, f"{ends}It does not name {name}: who reads it has to know what to type"


def test_unknown_name_is_refused(cli):
    """`create_app("nonsense")` raises a `ValueError` that names the three choices."""
    for name in ("nonsense", "Production"):
        app = f"app:create_app({name!r})"
        expect_refusal(cli("routes", app=app), f'flask --app "{app}" routes')


def test_unknown_name_in_the_environment_is_refused(cli):
    """With `FLASK_CONFIG=nonsense`, `create_app()` raises the same `ValueError`."""
    done = cli("routes", env={"FLASK_CONFIG": "nonsense"})
    expect_refusal(done, "FLASK_CONFIG=nonsense flask routes")


def test_testing_is_chosen_by_argument(asked):
    """`create_app("testing")` makes an app with `TESTING` on."""
    assert asked("app.testing", "testing") == "True", (
        "a test that believes to run under testing, and runs under development, works on the "
        "developer's database"
    )


def test_testing_is_chosen_by_environment(asked):
    """With `FLASK_CONFIG=testing`, `create_app()` makes an app with `TESTING` on."""
    assert asked("app.testing", FLASK_CONFIG="testing") == "True", (
        "an operator names the configuration without touching the code"
    )


def test_default_is_development(asked):
    """Without a name anywhere it is development, the same as `create_app("development")`."""
    settings = "[app.config.get(key) for key in ('SECRET_KEY', 'SQLALCHEMY_DATABASE_URI')]"
    assert asked("app.testing", FLASK_CONFIG="testing") == "True", "FLASK_CONFIG names it"
    assert asked("app.testing") == "False", "tests are not what somebody starts by default"
    is_development = asked(settings) == asked(settings, "development")
    assert is_development, "who has just cloned the project types `flask run`, and it works"


@pytest.mark.parametrize("other", ["production", "nonsense"])
def test_argument_beats_environment(asked, environment, other):
    """`create_app("testing")` is for testing, also with `FLASK_CONFIG={other}`."""
    environment(SECRET_KEY=None)
    assert asked("app.testing", "testing", FLASK_CONFIG=other) == "True", (
        "whoever writes a name into the call means it; and nobody asks the environment then"
    )


def test_name_is_read_when_an_app_is_made(asked):
    """`FLASK_CONFIG` is read when an app is made, not when the module is imported."""
    change = "(__import__('os').environ.update(FLASK_CONFIG='testing'), __import__('app'))[1]"
    assert asked(f"{change}.create_app().testing") == "True", (
        "a default such as `def create_app(name=os.environ.get(...))` is computed once, at import: "
        "each app of this process would get what was set then"
    )


def test_testing_leaves_the_database_alone(cli, database):
    """Under testing no app touches the database of `DATABASE_URL`, not even `flask init-db`."""
    before = database.content()
    cli("init-db", "--yes", env={"FLASK_CONFIG": "testing"})
    is_same = database.content() == before
    assert is_same, (
        "FLASK_CONFIG=testing and yet the tasks in DATABASE_URL were replaced: tests empty what "
        "they work on, so testing has a database of its own, such as sqlite:// in memory"
    )


@pytest.mark.parametrize("name", NAMES)
def test_debug_is_off(asked, name):
    """Under {name} debug mode is off, as long as nobody asks for it with `--debug`."""
    assert asked("app.testing", "testing") == "True", "the name chooses"
    # The `flask` command sets `debug` of its own app by itself, so another one is made.
    made = f"__import__('app').create_app({name!r}).debug"
    assert asked(made, "testing", **SECRETS) == "False", (
        "the debugger runs any Python that a visitor types: nobody should get it by forgetting a "
        "variable"
    )


def test_development_needs_no_setting(asked, environment):
    """Without `DATABASE_URL`, development has a SQLite file, which is not the one of testing."""
    environment(DATABASE_URL=None)
    ours, tests = (
        asked("app.config.get('SQLALCHEMY_DATABASE_URI')", name)
        for name in ("development", "testing")
    )
    is_file = ours.startswith("sqlite:///") and ":memory:" not in ours
    assert is_file, (
        f"the database of development is {ours}: who has cloned the project types `flask run`, and "
        "tasks outlive that"
    )
    assert ours != tests, "tests empty what they work on, so they have a database of their own"
