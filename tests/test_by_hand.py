"""Commands that a student can paste."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

from workshop import by_hand, course, lab, starters
from workshop.suite import servers
from workshop.suite.exchange import Exchange, Recorder
from workshop.suite.servers import free_port

JSON = [("Content-Type", "application/json")]


def typed(exchange, before=()):
    found = by_hand.described(course.find("7", "test"), exchange, list(before))
    return found if isinstance(found, str) else "\n".join(found)


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        (Exchange("GET", "/a?b=c&d=e"), ["curl", "-i", "http://127.0.0.1:5000/a?b=c&d=e"]),
        (Exchange("HEAD", "/a"), ["curl", "-I", "http://127.0.0.1:5000/a"]),
        (Exchange("DELETE", "/a"), ["curl", "-i", "-X", "DELETE", "http://127.0.0.1:5000/a"]),
        (Exchange("POST", "/a"), ["curl", "-i", "-X", "POST", "http://127.0.0.1:5000/a"]),
        (
            Exchange("POST", "/a", JSON, '{"t": "it\'s"}'),
            [
                *shlex.split(
                    "curl -i -H 'Content-Type: application/json' http://127.0.0.1:5000/a -d"
                ),
                '{"t": "it\'s"}',
            ],
        ),
        (
            Exchange("PUT", "/a", [], "x"),
            shlex.split("curl -i -X PUT -H Content-Type: http://127.0.0.1:5000/a -d x"),
        ),
    ],
)
def test_curl_sends_the_same_request(exchange, words):
    assert shlex.split(by_hand.curl(exchange)) == words


@pytest.mark.parametrize(("value", "is_told"), [("Bearer eyJh.b.c", True), ("Bearer x", False)])
def test_a_token_of_the_check_is_said_to_be_one(value, is_told):
    exchange = Exchange("GET", "/a", [("Authorization", value)])
    assert ("signs with its own key" in typed(exchange)) == is_told


def test_equal_requests_on_end_are_one_line_with_how_often():
    burst = [Exchange("GET", "/a", status=200) for _ in range(10)]
    found = typed(Exchange("GET", "/a"), burst)
    assert "for i in $(seq 11); do curl -i http://127.0.0.1:5000/a; done" in found


def test_two_equal_requests_are_no_burst():
    assert "seq" not in typed(Exchange("GET", "/a"), [Exchange("GET", "/a", status=200)] * 2)


def test_settings_of_a_test_are_set_by_hand_too():
    env = {"LIMIT": "3 per minute", "DATABASE_URL": "sqlite:///x", "FLASK_DEBUG": "1"}
    found = typed(Exchange("GET", "/a", env=env))
    assert "LIMIT='3 per minute'" in found
    assert not any(name in found for name in ("DATABASE_URL", "FLASK_DEBUG"))


@contextmanager
def served(number, folder):
    """Serve a solution with the sample; yield the address."""
    for name, text in starters.solved(course.find(str(number), "test")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    env = os.environ | {"DATABASE_URL": f"sqlite:///{(folder / 'tasks.db').as_posix()}"}
    flask, port = [sys.executable, "-m", "flask", "--app", "app"], free_port()
    for words in (["db", "upgrade"], ["seed"]):
        subprocess.run([*flask, *words], cwd=folder, env=env, check=True, capture_output=True)
    log = folder / "server"
    log.mkdir()

    def connect(seconds):
        return HTTPConnection("127.0.0.1", port, timeout=seconds)

    words = [*flask, "run", "--port", str(port)]
    with servers.started(words, folder, log, env, Recorder(), connect=connect) as server:
        assert server.answers(), server.excerpt()
        yield f"http://127.0.0.1:{port}"


@pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="there is no bash, or no curl"
)
def test_another_server_takes_what_is_typed_with_its_own_tokens(tmp_path):
    app = lab.start(15)
    user = {"username": "ann", "password": "a long password"}
    given, sent = {}, []

    def send(method, path, kind="", body=None):
        headers = {"Authorization": f"Bearer {given[kind]}"} if kind else {}
        answer = app.request(method, path, headers=headers, json=body)
        sent.append(answer.exchange)
        given.update(json.loads(answer.exchange.answer_body) if "login" in path else {})
        return answer.exchange

    send("POST", "/auth/register", body=user | {"email": "ann@example.com"})
    send("POST", "/auth/login", body=user)
    sent.clear()  # as suites do, whose tests are not about that
    me = send("GET", "/auth/me", "access_token")
    task = send("POST", "/api/tasks", "access_token", {"title": "it's"})
    renewed = send("POST", "/auth/refresh", "refresh_token")
    given["new_token"] = json.loads(renewed.answer_body)["access_token"]
    deleted = send("DELETE", "/api/tasks/1", "new_token")
    ended = send("POST", "/auth/refresh", "refresh_token")
    revoked = send("GET", "/auth/me", "new_token")
    assert [e.status for e in sent] == [200, 201, 200, 403, 401, 401], "two refreshes end a login"

    with served(15, tmp_path) as address:
        for last in (me, task, renewed, deleted, ended, revoked):
            before = sent[: sent.index(last)]
            lines = by_hand.described(course.find("15", "test"), last, before)
            script = "\n".join(lines[1:]).replace("http://127.0.0.1:5000", address)
            assert "eyJ" not in script
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
            answers = [line for line in done.stdout.splitlines() if line.startswith("HTTP/1.1")]
            assert answers[-1].split()[1] == str(last.status), f"{script}\n{done.stdout}"
