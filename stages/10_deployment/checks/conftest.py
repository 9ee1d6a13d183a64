"""What the checks of this stage share: the settings of production, and lines of the log."""

import json
import os
import subprocess

import pytest

from workshop import tools
from workshop.suite import Finding, expect
from workshop.suite.composefiles import Compose
from workshop.suite.dockerfiles import Dockerfile

KEYS = {
    "SECRET_KEY": "0123456789abcdef0123456789abcdef-of-the-checks",
    "JWT_SECRET_KEY": "fedcba9876543210fedcba9876543210-of-the-checks",
}
# What an app could find on the machine of a student, and not of the next one.
SETTINGS = (*KEYS, "PROXIES", "BIND", "WEB_CONCURRENCY", "THREADS", "GUNICORN_CMD_ARGS")


@pytest.fixture
def production():
    """Return the variables that production needs, beside `DATABASE_URL`, which each test has."""
    return {"FLASK_CONFIG": "production"} | KEYS


@pytest.fixture(autouse=True)
def no_settings(launcher):
    """Take away what could be set for another app; the launcher brings it back."""
    for name in SETTINGS:
        os.environ.pop(name, None)


@pytest.fixture
def log_in(recorder):
    """Return a function that logs a client in as `user`, and returns the header with its token."""

    def log_in(client):
        before = len(recorder.exchanges)
        response = client.post("/auth/login", json={"username": "user", "password": "password"})
        expect(response).status(200, "the sample has this user")
        del recorder.exchanges[before:]  # it is no part of the test
        return {"Authorization": f"Bearer {response.get_json()['access_token']}"}

    return log_in


@pytest.fixture
def lines(log):
    """Return a function that returns the log so far as objects; each line has to be one."""

    def lines():
        found = []
        for line in filter(str.strip, log().splitlines()):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            is_object = isinstance(entry, dict)
            assert is_object, (
                f"this line of the log is no JSON object: {line[:200]}\n"
                "One line that is not makes a program that collects logs stumble"
            )
            found.append(entry)
        return found

    return lines


@pytest.fixture
def line_of(lines):
    """Return a function that returns the one line of the log about a request, by its path."""

    def line_of(path):
        every = lines()
        found = [line for line in every if line.get("path") == path and "status" in line]
        is_one = len(found) == 1
        assert is_one, (
            f"{len(found)} lines of {len(every)} in the log have `path` {path!r} and a `status`: "
            "each request is one line, with what was asked and what was answered"
        )
        return found[0]

    return line_of


@pytest.fixture
def deploy(lines, serve, production):
    """Return a function that starts the app in production, and returns a client.

    A test starts it itself: an app may keep the standard error that it finds, and pytest puts
    another one in its place between the fixtures and the test.
    """
    return lambda **changes: serve(env=production | changes)


@pytest.fixture
def starts(cli, production):
    """Return a function that starts production with other variables; None takes one away."""

    def starts(**changes):
        env = production | changes
        for name in [name for name, value in env.items() if value is None]:
            os.environ.pop(name, None)
            del env[name]
        return cli("routes", env=env)

    return starts


@pytest.fixture
def expect_refusal():
    """Return a function that expects of a start that it was refused, and why."""

    def expect_refusal(done, name, what):
        is_refused = done.exit_code != 0
        assert is_refused, f"production starts although {what}"
        is_named = name in done.output
        assert is_named, (
            f"the message does not name {name}, which is to be set:\n{done.output[-400:]}"
        )

    return expect_refusal


@pytest.fixture
def link_of(log_in):
    """Return a function that returns the link of a list to itself, asked with some headers."""

    def link_of(client, headers):
        response = client.get("/api/tasks", headers=log_in(client) | headers)
        expect(response).status(200)
        return response, response.get_json()["links"]["self"]

    return link_of


@pytest.fixture
def server(gunicorn, production):
    """Return the app under Gunicorn, as production starts it."""
    server = gunicorn(env=production)
    assert server.answers(), f"Gunicorn does not start, or not within 15 s:\n{server.excerpt()}"
    return server


@pytest.fixture(scope="session")
def printed():
    """Return what Gunicorn has printed of its settings: they are the same in each test."""
    return {}


@pytest.fixture
def settings(gunicorn, production, printed):
    """Return Gunicorn's settings, as it prints them."""
    if not printed:
        server = gunicorn("--print-config", env=production)
        assert server.ends(15), "`gunicorn --print-config` does not end"
        pairs = [line.partition("=") for line in server.log().splitlines() if " = " in line]
        found = {name.strip(): value.strip() for name, _, value in pairs}
        assert "timeout" in found, f"Gunicorn cannot read its settings:\n{server.excerpt()}"
        printed.update(found)
    return printed


@pytest.fixture
def folder(launcher):
    """Return the folder of the app."""
    return launcher.directory


@pytest.fixture
def read_dockerfile(folder):
    """Return a function that reads the Dockerfile; without a FROM it fails the test."""
    return lambda: Dockerfile(folder)


@pytest.fixture
def read_compose(folder):
    """Return a function that reads compose.yaml; without services it fails the test."""
    return lambda: Compose(folder)


@pytest.fixture
def lint():
    """Return a function that runs a linter, if it is installed, and returns its lines.

    Without it the test is skipped: what it would have said is not known.
    """

    def lint(program, what, *words, text=None):
        found = tools.find(program)
        if not found:
            pytest.skip(f"{program} is not installed, so {what}")
        done = subprocess.run(
            [found, *words], input=text, capture_output=True, text=True, timeout=60
        )
        said = (done.stdout + done.stderr).strip()
        return [line for line in said.splitlines() if line.strip()] if done.returncode else []

    return lint


@pytest.fixture
def expect_none():
    """Return a function that expects that nothing was found, and tells the reason if there was."""

    def expect_none(found, why, **more):
        if found:
            raise Finding(why, Found=[str(item) for item in found], **more)

    return expect_none
