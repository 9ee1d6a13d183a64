"""A stage whose app is a package with a factory, on a database that a command prepares."""

import socket

import pytest

STAGE = "03_package"

_APP = """\
import logging
import os
import sqlite3

import click
from flask import Flask, request

IMPORTED = []


def create_app(name=None):
    if name == "nonsense":
        raise ValueError("choose sense")
    app = Flask(__name__)
    app.url = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    app.seen = []

    @app.cli.command("fill")
    @click.option("--yes", is_flag=True)
    def fill(yes):
        if not yes:
            click.confirm("Sure?", abort=True)
        with sqlite3.connect(app.url) as database:
            database.execute("DROP TABLE IF EXISTS words")
            database.execute("CREATE TABLE words (word)")
            database.execute("INSERT INTO words VALUES ('first')")
        click.echo("filled")

    @app.get("/words")
    def words():
        with sqlite3.connect(app.url) as database:
            return [word for (word,) in database.execute("SELECT word FROM words")]

    @app.post("/words")
    def add():
        app.logger.error("adding %s", request.get_data(as_text=True))
        with sqlite3.connect(app.url) as database:
            database.execute("INSERT INTO words VALUES (?)", [request.get_data(as_text=True)])
        app.seen.append(1)
        IMPORTED.append(1)
        return {"seen": len(app.seen), "imported": len(IMPORTED)}, 201

    return app
"""

_TESTS = '''\
import pytest

from workshop.suite import expect

pytestmark = pytest.mark.task("make-app")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_its_own_database(client, time):
    """The {time} test finds what the command has prepared."""
    expect(client.get("/words")).equals(["first"], "it is fresh")
    assert client.post("/words", data=time).status_code == 201


def test_the_command_line(client, cli, new_database):
    """Commands see the database, answer questions and say how they ended."""
    client.post("/words", data="kept")
    assert cli("fill").exit_code != 0, "nobody answers"
    assert len(client.get("/words").get_json()) == 2
    assert cli("fill", typed="y\\\\n").output.endswith("filled\\\\n")
    assert len(client.get("/words").get_json()) == 1
    assert cli("fill", "--yes", env={"DATABASE_URL": new_database()}).exit_code == 0
    refused = cli("routes", app="app:create_app('nonsense')")
    assert refused.exit_code != 0 and "choose sense" in refused.output


def test_two_apps(client, second_app, serve, new_database, cli):
    """Two apps of one process share modules; a restart does not."""
    before = client.post("/words", data="a").get_json()["imported"]
    other = new_database()
    cli("fill", "--yes", env={"DATABASE_URL": other})
    two = second_app({"DATABASE_URL": other}).post("/words", data="c").get_json()
    assert two == {"seen": 1, "imported": before + 1}
    assert serve().post("/words", data="d").get_json()["imported"] == 1


def test_the_log(log, client):
    """What the app logs can be read."""
    client.post("/words", data="loudly")
    assert "adding loudly" in log()
'''


@pytest.fixture
def package(course):
    """Return the small course with a third stage, whose app is a package."""
    for folder in ("solutions", "stages"):
        course.write(f"{folder}/{STAGE}/app/__init__.py", _APP)
    course.write(
        f"stages/{STAGE}/stage.toml",
        'title = "Package"\napp = "app:create_app"\nchanges = ["app/__init__.py"]\n'
        'removes = ["app.py"]\nprepare = ["fill --yes"]\n\n'
        '[[tasks]]\nid = "make-app"\ntitle = "Make an app"\nhints = ["a", "b", "c"]\n',
    )
    course.write(f"stages/{STAGE}/tests/test_make_app.py", _TESTS.replace("\\\\n", "\\n"))
    course.write(f"stages/{STAGE}/README.md", "# Stage 3\n\n## `make-app`\n")
    return course


def test_the_suite_of_a_package_runs(package):
    answer = package.run("check-stage", "3", "--target", "solutions")
    assert answer.code == 0, answer.out
    assert "all 5 requirements are met" in answer.out


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ("    return app\n", "", "`create_app()` in app/__init__.py returns nothing"),
        ("    return app\n", "    return 3\n", "returns a value of type int"),
        ("app = Flask(__name__)", "app = Flask(nane)", "NameError"),
        ("def create_app", "def make_app", "There is no Flask application called `create_app`"),
        ("import click\n", "import click, clack\n", "An import fails in"),
    ],
    ids=["no-return", "wrong-type", "raises", "no-factory", "import"],
)
def test_a_factory_that_makes_no_app_is_one_message(package, find, replace, says):
    package.edit(f"stages/{STAGE}/app/__init__.py", find, replace)
    answer = package.run("check-stage", "3")
    assert answer.code == 1
    assert says in answer.out
    assert "Traceback" not in answer.out


def test_a_command_that_prepares_nothing_is_said(package):
    package.edit(
        f"stages/{STAGE}/app/__init__.py", 'click.echo("filled")', 'raise KeyError("oops")'
    )
    answer = package.run("check-stage", "3")
    assert answer.code == 1
    assert "`flask fill --yes`" in answer.out
    assert "KeyError: 'oops'" in answer.out


def test_verify_knows_what_was_removed(package):
    package.run("propagate", "2")
    answer = package.run("verify", "3", "--no-notebooks")
    assert "✓ 2 unchanged files are unchanged" in answer.out
    package.edit(f"stages/{STAGE}/stage.toml", 'removes = ["app.py"]\n', "")
    answer = package.run("verify", "3", "--no-notebooks")
    assert "app.py of the stage before is missing: list it under `removes`" in answer.out
    package.edit(f"stages/{STAGE}/stage.toml", "prepare", 'removes = ["app.py", "b.py"]\nprepare')
    answer = package.run("verify", "3", "--no-notebooks")
    assert "`removes` lists b.py, which has not gone" in answer.out


def test_serving_prepares_and_destroys_nothing(package, tmp_path):
    database = tmp_path / "words.db"
    environment = {"DATABASE_URL": f"sqlite:///{database}"}
    for said in ("left the database as it was", "left the database as it was"):
        server = package.start("run-solution", "3", "--port", str(free_port()), **environment)
        line = server.stdout.readline()
        server.terminate()
        server.wait()
        assert line.startswith("flask fill:")
        assert said in line  # the command asks, and there is nobody to say yes
    assert not database.exists()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_whats_new_tells_what_only_moved(course):
    whole = course.path("solutions/02_small/app.py").read_text().replace("app = ", "app: Flask = ")
    course.write(f"solutions/{STAGE}/app/__init__.py", whole)
    toml = course.path("stages/02_small/stage.toml").read_text().replace("say-size", "make-app")
    course.write(f"stages/{STAGE}/stage.toml", toml)
    out = course.run("whats-new", "3").out
    assert "app.py   only in stage 2" in out
    assert "app/__init__.py   + stage 3, a new file" in out
    assert "  = def ping() -> dict[str, bool]:" in out
    assert "  + app: Flask = Flask(__name__)" in out
