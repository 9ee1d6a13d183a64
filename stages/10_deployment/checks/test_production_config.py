import re

import pytest

pytestmark = pytest.mark.task("production-config")

LONG = "g" * 32


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY"])
def test_refuses_the_key_of_development(expect_refusal, starts, cli, name):
    """The {name} of development is refused: it is in the repository for everybody to read."""
    typed = f"from flask import current_app as a; print('<<' + a.config['{name}'] + '>>')\n"
    found = re.search("<<(.*)>>", cli("shell", typed=typed).output)
    assert found, f"development has a {name}"
    expect_refusal(starts(**{name: found[1]}), name, f"{name} is the one of development")


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY"])
def test_refuses_a_short_key(expect_refusal, starts, name):
    """A {name} of 31 bytes is refused, and one of 32 is taken."""
    expect_refusal(starts(**{name: LONG[:-1]}), name, f"{name} has 31 bytes (RFC 7518, 3.2)")
    done = starts(**{name: LONG})
    is_started = done.exit_code == 0
    assert is_started, f"32 bytes are enough:\n{done.output[-400:]}"


def test_tells_no_key(expect_refusal, starts):
    """The message of a refusal does not tell the key."""
    done = starts(SECRET_KEY="hunter2-is-short")  # noqa: S106  # no credential
    expect_refusal(done, "SECRET_KEY", "SECRET_KEY has 16 bytes")
    is_told = "hunter2" in done.output
    assert not is_told, "the message goes into a log, which more people read than know the key"


@pytest.mark.parametrize("address", ["sqlite:///tasks.db", "sqlite://"], ids=["relative", "memory"])
def test_refuses_a_database_that_moves(expect_refusal, starts, address):
    """`DATABASE_URL={address}` is refused: it is another database wherever one starts."""
    expect_refusal(starts(DATABASE_URL=address), "DATABASE_URL", f"it is {address}")


def test_no_debugger(expect_refusal, starts):
    """With `FLASK_DEBUG=1` production does not start, and names it."""
    done = starts(FLASK_DEBUG="1")
    what = "FLASK_DEBUG is set: the debugger runs any Python that whoever finds it types"
    expect_refusal(done, "FLASK_DEBUG", what)
