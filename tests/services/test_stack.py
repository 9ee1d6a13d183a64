"""The newest API as production runs it: nginx, Gunicorn with two workers, PostgreSQL and Redis."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from workshop import course, starters
from workshop.suite import nginx, servers
from workshop.suite.exchange import Recorder
from workshop.suite.redis_servers import Redis
from workshop.suite.servers import Server

STAGE = course.stages()[-1]
JSON = {"Content-Type": "application/json"}
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")
NO_LIMITS = {f"RATELIMIT_{name}": "1000000 per minute" for name in LIMITS}
SECONDS = 3.0
# Nobody works here, so where messages and mail go does not matter; production wants to be told.
BACKGROUND = {
    "CELERY_BROKER_URL": "memory://",
    "SMTP_URL": "smtp://127.0.0.1:1",
    "MAIL_FROM": "api@example.com",
}
_SECRETS = {name: secrets.token_hex() for name in ("SECRET_KEY", "JWT_SECRET_KEY")}


@pytest.fixture
def address(postgres: Any, sample: Callable[[int], str]) -> Iterator[str]:
    """Return the address of a PostgreSQL database with the sample."""
    with postgres.database(sample(STAGE.number)) as address:
        yield address


@pytest.fixture
def stack(
    tmp_path: Path, address: str, redis: Redis, require: Callable[[str, str], None]
) -> Iterator[Callable[..., Server]]:
    """Return a function that starts the whole, and returns nginx, which is asked."""
    require("nginx", "nginx")
    with contextlib.ExitStack() as running:
        folder = tmp_path / "app"
        for name, text in starters.solved(STAGE).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

        def start(**settings: str) -> Server:
            logs, front = Path(folder.parent / "gunicorn"), Path(folder.parent / "nginx")
            for path in (logs, front):
                path.mkdir()
            ours = ("FLASK_", "RATELIMIT_", "GUNICORN_CMD_ARGS")
            env = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | _SECRETS
            env |= {"FLASK_CONFIG": "production", "DATABASE_URL": address}
            env |= BACKGROUND | {"REDIS_URL": redis.url, "WEB_CONCURRENCY": "2"} | settings
            command = servers.gunicorn("--bind", "unix:{socket}")
            app = running.enter_context(servers.started(command, folder, logs, env, Recorder()))
            assert app.answers(), app.excerpt()
            files = {
                path.name: path.read_text(encoding="utf-8")
                for path in sorted((folder / "deploy").glob("*.conf"))
            }
            return running.enter_context(nginx.started(files, app.socket, front, Recorder()))

        yield start
    shutil.rmtree(tmp_path, ignore_errors=True)


def ask(server: Server, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send a request through nginx."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    text = "" if body is None else json.dumps(body)
    return server.ask(method, path, text, (JSON if body is not None else {}) | names)


def log_in(server: Server) -> str:
    """Register somebody and log in; the sample has no password that a real server knows."""
    user = {"username": "ada", "password": secrets.token_hex()}
    answer = ask(server, "POST", "/auth/register", user | {"email": "ada@example.com"})
    assert answer.status_code == 201, answer.text
    answer = ask(server, "POST", "/auth/login", user)
    assert answer.status_code == 200, answer.text
    return f"Bearer {answer.get_json()['access_token']}"


def test_limits_are_counted_for_all_workers_together(stack: Callable[..., Server]) -> None:
    server = stack(RATELIMIT_DEFAULT="20 per minute")
    token = log_in(server)
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(ask, server, "GET", "/auth/me", Authorization=token) for _ in range(30)
        ]
        statuses = sorted(answer.result().status_code for answer in asked)
    assert statuses == [200] * 20 + [429] * 10


def test_what_one_worker_keeps_all_have(stack: Callable[..., Server], redis: Redis) -> None:
    server = stack(**NO_LIMITS)
    token = log_in(server)
    states = [
        ask(server, "GET", "/api/tasks", Authorization=token).headers["X-Cache"] for _ in range(12)
    ]
    assert states == ["MISS"] + ["HIT"] * 11


def test_a_journey_through_all_of_it(stack: Callable[..., Server], redis: Redis) -> None:
    server = stack(**NO_LIMITS)
    token = log_in(server)
    created = ask(server, "POST", "/api/tasks", {"title": "Through all"}, Authorization=token)
    assert created.status_code == 201
    path = f"/api/tasks/{created.get_json()['data']['id']}"
    tag = created.headers["ETag"]

    known = ask(server, "GET", path, Authorization=token, If_None_Match=tag)
    assert (known.status_code, known.data) == (304, b"")

    redis.stop()  # a loss of speed, and of nothing else
    change = {"title": "Without Redis"}
    changed = ask(server, "PATCH", path, change, Authorization=token, If_Match=tag)
    assert changed.status_code == 200
    stale = ask(server, "PATCH", path, change, Authorization=token, If_Match=tag)
    assert stale.status_code == 412
    for _ in range(6):
        answer = ask(server, "GET", path, Authorization=token)
        assert answer.get_json()["data"]["title"] == "Without Redis"
    assert ask(server, "GET", "/readiness").status_code == 200


def test_writers_do_not_wait_for_each_other_in_a_circle(
    stack: Callable[..., Server], address: str, tmp_path: Path
) -> None:
    """Tags change, tasks are deleted and purged at once: PostgreSQL makes a 500 of a circle."""
    server = stack(**NO_LIMITS)
    token = log_in(server)
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE users SET role = 'admin' WHERE username = 'ada'")
    until = time.monotonic() + SECONDS
    ids = [1]

    def create() -> set[int]:
        statuses = set()
        while time.monotonic() < until:
            task = {"title": "x", "status": "completed", "tags": ["a", "b", "c"]}
            answer = ask(server, "POST", "/api/tasks", task, Authorization=token)
            statuses.add(answer.status_code)
            assert answer.status_code == 201, answer.get_data(as_text=True)
            ids.append(answer.get_json()["data"]["id"])
        return statuses

    def change(*names: str) -> set[int]:
        statuses = set()
        while time.monotonic() < until:
            path = f"/api/tasks/{ids[-1]}"
            answer = ask(server, "PATCH", path, {"tags": list(names)}, Authorization=token)
            statuses.add(answer.status_code)
        return statuses

    def delete() -> set[int]:
        statuses = set()
        while time.monotonic() < until:
            path = f"/api/tasks/{ids[-1]}"
            statuses.add(ask(server, "DELETE", path, Authorization=token).status_code)
        return statuses

    def purge() -> int:
        count = 0
        while time.monotonic() < until:
            command = [sys.executable, "-m", "flask", "purge", "--days", "0"]
            env = os.environ | _SECRETS | BACKGROUND
            env |= {"FLASK_CONFIG": "production", "DATABASE_URL": address}
            done = subprocess.run(
                command, cwd=tmp_path / "app", env=env, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            count += 1
        return count

    with ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(create),
            pool.submit(change, "a", "b"),
            pool.submit(change, "c", "a"),
            pool.submit(delete),
            pool.submit(purge),
        ]
        created, one, other, deleted, purged = [job.result() for job in jobs]
    assert created == {201}
    assert purged > 0
    assert one | other <= {200, 404, 409}
    assert deleted <= {204, 404, 409}


@pytest.mark.parametrize("where", ["in Redis", "in each worker"])
def test_nobody_reads_what_is_older_than_a_write_that_was_answered(
    stack: Callable[..., Server], where: str
) -> None:
    """Writers count a title up, and say how far they are; no reader may see less than that."""
    server = stack(**NO_LIMITS, **({} if where == "in Redis" else {"REDIS_URL": ""}))
    token = log_in(server)
    created = ask(server, "POST", "/api/tasks", {"title": "0"}, Authorization=token)
    task_id = created.get_json()["data"]["id"]
    path = f"/api/tasks/{task_id}"
    answered = 0
    until = time.monotonic() + SECONDS
    turn = threading.Lock()

    def write() -> int:
        nonlocal answered
        count = 0
        while time.monotonic() < until:
            with turn:
                change = {"title": str(answered + 1)}
                answer = ask(server, "PATCH", path, change, Authorization=token)
                assert answer.status_code == 200, answer.text
                answered += 1
            count += 1
            time.sleep(0.005)
        return count

    def read(what: str) -> int:
        count, tag, kept = 0, '"none"', 0
        while time.monotonic() < until:
            least = answered
            answer = ask(server, "GET", what, Authorization=token, If_None_Match=tag)
            if answer.status_code == 200:
                data = answer.get_json()["data"]
                one = (
                    data if isinstance(data, dict) else next(t for t in data if t["id"] == task_id)
                )
                tag, kept = answer.headers["ETag"], int(one["title"])
            assert answer.status_code in (200, 304), answer.text
            assert kept >= least, (
                f"{what} says {kept}, and {least} was answered before it was asked"
            )
            count += 1
        return count

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        readers = [pool.submit(read, what) for what in (path, "/api/tasks", path, "/api/tasks?q=")]
        counts = [sum(one.result() for one in ones) for ones in (writers, readers)]
    assert min(counts) > 20, f"too little was written and read to say anything: {counts}"
