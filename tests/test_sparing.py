"""What suites are spared changes nothing that a program or a test could see."""

import hashlib
import subprocess
import sys
import textwrap
import time

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

from workshop.suite import spared_hashes
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher
from workshop.suite.loader import AppLoader

_METHODS = ["scrypt", "scrypt:16384:8:1", "pbkdf2", "pbkdf2:sha512:300000"]


@pytest.fixture
def sparing():
    spared_hashes.spare()
    return spared_hashes.seconds_spared


@pytest.mark.parametrize("method", _METHODS)
def test_a_spared_hash_fits_its_password_alone(sparing, method):
    one, two = (generate_password_hash("correct horse", method) for _ in range(2))
    assert one.startswith(method)
    assert one != two
    assert check_password_hash(one, "correct horse")
    assert not check_password_hash(one, "correct horse ")


@pytest.mark.parametrize("method", _METHODS)
def test_the_effort_that_is_spared_is_counted(sparing, method):
    before, started = sparing(), time.thread_time()
    generate_password_hash("correct horse", method)
    worked, spared = time.thread_time() - started, sparing() - before
    assert worked < 0.02 < spared


def test_a_quick_hash_stays_as_quick_as_it_is(sparing):
    before = sparing()
    made = generate_password_hash("correct horse", "pbkdf2:sha256:1000")
    assert sparing() == before
    _, salt, found = made.split("$")
    assert hashlib.pbkdf2_hmac("sha256", b"correct horse", salt.encode(), 1000).hex() == found


def test_a_hash_from_elsewhere_is_checked_in_earnest(sparing):
    before = sparing()
    digest = hashlib.scrypt(b"correct horse", salt=b"elsewhere", n=2**15, r=8, p=1, maxmem=2**26)
    hashed = f"scrypt:32768:8:1$elsewhere${digest.hex()}"
    assert check_password_hash(hashed, "correct horse")
    assert not check_password_hash(hashed, "wrong horse")
    assert sparing() == before


_REFUSED = [
    ("scrypt:100001:8:1", "power of 2"),
    ("scrypt:x:8:1", "takes 3 arguments"),
    ("pbkdf2:a:b:c", "takes 2 arguments"),
    ("md5", "Invalid hash method"),
]


@pytest.mark.parametrize(("method", "says"), _REFUSED)
def test_what_werkzeug_refuses_is_refused(sparing, method, says):
    with pytest.raises(ValueError, match=says):
        generate_password_hash("correct horse", method)


def _apart(code: str) -> str:
    """Run code in a process of its own, as it changes SQLAlchemy for the whole process."""
    code = textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_engines_share_what_they_have_compiled_where_they_are_alike():
    compiled = _apart("""
        import sqlalchemy as sa
        from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
        from workshop.suite import shared_statements
        shared_statements.share()
        shared_statements.share()
        count = 0
        compile_select = SQLiteCompiler.visit_select
        def visit_select(*args, **options):
            global count
            count += 1
            return compile_select(*args, **options)
        SQLiteCompiler.visit_select = visit_select
        def run(table, **options):
            engine = sa.create_engine("sqlite://", **options)
            table.metadata.create_all(engine)
            with engine.begin() as connection:
                connection.execute(sa.insert(table), [{"data": {"a": 1}}])
                assert connection.execute(sa.select(table)).scalar() == {"a": 1}
            print(count)
        table = sa.Table("t", sa.MetaData(), sa.Column("data", sa.JSON))
        same = sa.Table("t", sa.MetaData(), sa.Column("data", sa.JSON))
        run(table); run(table, echo=False)
        run(table, json_serializer=lambda value: '{"a": 1}')
        run(same)
        run(table, query_cache_size=0)
    """)
    assert compiled.split() == ["1", "1", "2", "3", "4"]


_LISTENING = """\
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

LOG = Path(__file__).with_name("log")


@event.listens_for(Engine, "connect")
def note(connection, record):
    with LOG.open("a") as log:
        log.write("x")


def create_app():
    app = Flask(__name__)

    @app.get("/")
    def connect():
        before = len(LOG.read_text()) if LOG.exists() else 0
        create_engine("sqlite://").connect().close()
        return [len(LOG.read_text()) - before]

    return app
"""


def test_modules_that_are_forgotten_set_up_no_more_connections(tmp_path):
    """Those of a factory that come back after a command go on to do so, each once."""
    (tmp_path / "app.py").write_text(_LISTENING)
    launcher = Launcher(AppLoader(tmp_path, "app:create_app"), Recorder())

    def calls(fresh):
        return launcher.launch(fresh=fresh).test_client().get("/").get_json()

    try:
        assert calls(fresh=True) == [1]
        assert calls(fresh=True) == [1], "the listener of the first import went on"
        assert launcher.command(["routes"], {}, "", None).exit_code == 0
        assert calls(fresh=None) == [1], "the listener of the command went on, or ours has gone"
    finally:
        launcher.loader.forget()
