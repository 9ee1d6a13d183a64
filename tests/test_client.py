"""The recording client: what it keeps of an exchange."""

import sys

import pytest
from flask import Flask, request, url_for
from werkzeug.routing import Rule

from workshop import diagnosis
from workshop.suite import lazy_rules
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher
from workshop.suite.loader import AppLoader

_APP = """\
from flask import Flask, request, url_for
from werkzeug.routing import Rule

app = Flask(__name__)


@app.route("/echo/<path:what>", methods=["GET", "POST"])
def echo(what):
    return {"what": what, "sent": request.get_data(as_text=True)}


@app.get("/raise")
def fail():
    raise KeyError("lost")


@app.errorhandler(Exception)
def handled(error):
    return {"error": "handled"}, 500
"""


@pytest.fixture
def client(tmp_path):
    (tmp_path / "app.py").write_text(_APP)
    loader = AppLoader(tmp_path, "app:app")
    launcher = Launcher(loader, Recorder())
    yield launcher.launch().test_client()
    loader.forget()


@pytest.mark.parametrize("path", ["/echo/李?q=é b", "/echo/%E6%9D%8E?q=%C3%A9%20b"])
def test_a_path_is_kept_as_it_travels(client, path):
    exchange = client.get(path).exchange
    assert exchange.path in ("/echo/%E6%9D%8E?q=%C3%A9%20b", "/echo/%E6%9D%8E?q=%C3%A9+b")


def test_both_bodies_are_kept(client):
    exchange = client.post("/echo/x", json={"a": 1}).exchange
    assert exchange.body == '{"a": 1}'
    assert '"sent":"{\\"a\\": 1}"' in exchange.answer_body
    assert exchange.status == 200
    assert ("Content-Type", "application/json") in exchange.headers


def test_an_exception_is_kept_even_where_the_app_answers_for_it(client):
    exchange = client.get("/raise").exchange
    assert exchange.status == 500
    assert (exchange.raised.type, exchange.raised.file) == ("KeyError", "app.py")
    assert exchange.raised.source == 'raise KeyError("lost")'


def test_the_routes_are_kept_where_none_of_them_fits(tmp_path):
    (tmp_path / "app.py").write_text(
        "from flask import Flask, abort\n"
        "app = Flask(__name__)\n"
        "app.add_url_rule('/gone', 'gone', lambda: abort(404))\n"
        "app.add_url_rule('/things', 'things', lambda: 'x')\n"
    )
    loader = AppLoader(tmp_path, "app:app")
    client = Launcher(loader, Recorder()).launch().test_client()
    unknown, known = client.get("/thing").exchange, client.get("/gone").exchange
    loader.forget()
    assert (unknown.routes, known.routes) == (["/gone", "/things"], [])
    meant = diagnosis.meaning(unknown, 200, None)
    assert meant and meant.endswith("It knows `/things`, `/gone`.")
    assert diagnosis.meaning(known, 200, None) is None


def test_contexts_end_with_each_request_in_a_with_block_too(client):
    with client:
        client.get("/echo/x")
        with pytest.raises(RuntimeError, match="outside of request context"):
            request.method  # noqa: B018  # reading it is the test


def test_the_app_is_loaded_afresh_each_time(tmp_path):
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    launcher = Launcher(AppLoader(tmp_path, "app:app"), Recorder())
    first, second = launcher.launch(), launcher.launch()
    assert isinstance(first, Flask)
    assert first is not second


def test_builders_of_urls_are_compiled_when_called_and_build_the_same():
    """Werkzeug still has what is made lazy, and `url_for` does not notice."""
    assert hasattr(Rule, "_compile_builder"), "look at workshop.suite.lazy_rules"
    lazy_rules.build_when_called()
    app = Flask(__name__)
    app.add_url_rule("/a/<int:one>/<path:two>", "view", lambda one, two: "")
    with app.test_request_context():
        assert url_for("view", one=1, two="x/y z", q="é") == "/a/1/x/y%20z?q=%C3%A9"
        assert url_for("view", one=1, two="x", _external=True) == "http://localhost/a/1/x"
        assert url_for("view", one=2, two="y") == "/a/2/y"


_FACTORY = """\
import os
from flask import Flask

at_import = os.environ.get("SHELF", "none")


def create_app():
    app = Flask(__name__)
    app.cli.command("shelf")(lambda: print("shelf", at_import))
    return app
"""


def test_a_command_and_a_program_import_the_app_anew(tmp_path):
    (tmp_path / "app.py").write_text(_FACTORY)
    run = 'from app import create_app\n\nif __name__ == "__main__":\n    create_app().run()\n'
    (tmp_path / "run.py").write_text(run)
    launcher = Launcher(AppLoader(tmp_path, "app:create_app"), Recorder())
    launcher.launch()
    before = sys.modules["app"]
    assert len(launcher.program("python run.py")) == 1
    for app in (None, "app:create_app"):
        done = launcher.command(["shelf"], {"SHELF": f"seen {app}"}, "", app)
        assert done.output == f"shelf seen {app}\n"
    assert sys.modules["app"] is before, "the app that runs keeps its modules"
    assert not list(tmp_path.glob("__pycache__"))
    launcher.loader.forget()
