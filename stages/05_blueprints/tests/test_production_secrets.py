import pytest

pytestmark = pytest.mark.task("production-secrets")

SECRET = "a-secret-that-the-check-made-up"  # noqa: S105  # and that protects nothing
CONFIG = "app:create_app('production')"


@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
def test_production_requires(cli, environment, name, value):
    """`create_app("production")` without {name} raises a `RuntimeError` that names the variable."""
    environment(**{"SECRET_KEY": SECRET, name: value})
    done = cli("routes", app=CONFIG)
    refused = done.exit_code != 0
    assert refused, (
        f'{name} was {"not set" if value is None else "empty"}, and `flask --app "{CONFIG}" '
        "routes` went through. With a default, production runs for weeks before somebody notices: "
        "with a key that stands in the source, or with a SQLite file in each container"
    )
    ends = f'`flask --app "{CONFIG}" routes` ends with\n{done.output.strip()[-600:]}\n'
    is_runtime_error = "RuntimeError" in done.output
    assert is_runtime_error, (
        f"{ends}What is wrong is the surroundings, and no argument: a RuntimeError that says so"
    )
    is_named = name in done.output
    assert is_named, f"{ends}It does not name {name}: who reads it has to know what to set"


def test_production_by_environment_requires(cli, environment):
    """`FLASK_CONFIG=production` without `SECRET_KEY` is refused in the same way."""
    environment(SECRET_KEY=None)
    done = cli("routes", env={"FLASK_CONFIG": "production"})
    refused = done.exit_code != 0
    assert refused, "this is how a server is told that it is in production"
    assert "SECRET_KEY" in done.output, "the message names the variable"


def test_production_takes_what_is_set(asked, environment, database):
    """With both set, production starts, and takes its key and its database from them."""
    environment(SECRET_KEY=None)
    assert is_refused_without_a_key(asked), "production does not start without a key"
    assert asked("app.testing", "production", SECRET_KEY=SECRET) == "False", "this is no test"
    assert asked("app.config['SECRET_KEY']", "production", SECRET_KEY=SECRET) == SECRET, (
        "the key is the one of the environment"
    )
    address = asked("app.config['SQLALCHEMY_DATABASE_URI']", "production", SECRET_KEY=SECRET)
    assert address == database.url, "the database is the one that DATABASE_URL names"


def is_refused_without_a_key(asked):
    try:
        asked("app.name", "production", SECRET_KEY="")
    except AssertionError:
        return True
    return False


def test_import_asks_for_nothing(cli, environment):
    """Only `create_app("production")` needs the variables: importing `app` never raises."""
    environment(SECRET_KEY=None)
    refused = cli("routes", app=CONFIG).exit_code != 0
    assert refused, "production does not start without SECRET_KEY"
    done = cli("routes", app="app:create_app('development')", env={"FLASK_CONFIG": "production"})
    imports = done.exit_code == 0
    assert imports, (
        "a check in the body of a class runs when the module is imported, for everybody, whatever "
        f"configuration is wanted; read the environment when an app is made:\n{done.output[-600:]}"
    )
