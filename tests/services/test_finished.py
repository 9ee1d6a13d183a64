"""The finished API with all of its parts, as production runs it; and what it survives.

nginx, Gunicorn with two workers, PostgreSQL, a Redis for counts and answers, a Redis for messages,
a Celery worker with beat, and a mail server.
"""

import contextlib
import itertools
import json
import os
import random
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg
import pytest

from workshop import course, starters
from workshop.suite import mailboxes, nginx, redis_servers, servers, workers
from workshop.suite.exchange import Recorder
from workshop.suite.mailboxes import Mailbox
from workshop.suite.redis_servers import Redis
from workshop.suite.servers import Server, free_port
from workshop.suite.workers import Worker
from workshop.tools import find

STAGE = next(stage for stage in course.stages() if stage.number == 15)
JSON = {"Content-Type": "application/json"}
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "LOCKOUT", "CREATE", "SEARCH")
LOAD_SECONDS = 24.0
PATIENCE_SECONDS = 60.0
PROCESSES = 2


class Whole:
    """All parts, each of which can be killed and started again."""

    def __init__(self, folder: Path, address: str, running: contextlib.ExitStack) -> None:
        self.address = address
        self._folder = folder
        self._running = running
        self._numbers = itertools.count()
        self._app = folder / "app"
        for name, text in starters.solved(STAGE).items():
            (self._app / name).parent.mkdir(parents=True, exist_ok=True)
            (self._app / name).write_text(text, encoding="utf-8")
        self.mailbox: Mailbox = running.enter_context(mailboxes.started())
        self._ports = {"cache": free_port(), "broker": free_port()}
        self.redis = {name: self.start_redis(name) for name in self._ports}
        self._env = self._environment()
        self.worker = self.start_worker()
        self.gunicorn = self._start_gunicorn()
        self.nginx = self._start_nginx()

    def _environment(self) -> dict[str, str]:
        ours = ("FLASK_", "RATELIMIT_", "GUNICORN_CMD_ARGS")
        env = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        env |= {f"RATELIMIT_{name}": "1000000 per minute" for name in LIMITS}
        env |= {name: secrets.token_hex() for name in ("SECRET_KEY", "JWT_SECRET_KEY")}
        return env | {
            "FLASK_CONFIG": "production",
            "DATABASE_URL": self.address,
            "REDIS_URL": f"redis://127.0.0.1:{self._ports['cache']}/0",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{self._ports['broker']}/0",
            "SMTP_URL": self.mailbox.url,
            "MAIL_FROM": "api@example.com",
            "WEB_CONCURRENCY": "2",
            "JOB_SECONDS": "2",
            "HAND_OVER_SECONDS": "0.5",
            "RESEND_SECONDS": "6",
        }

    def _new(self, name: str) -> Path:
        folder = self._folder / f"{name}-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def start_redis(self, name: str) -> Redis:
        """Start a Redis, empty, where it was before."""
        program, port = find("redis-server"), self._ports[name]
        return self._running.enter_context(redis_servers.started(program, port))

    def start_worker(self) -> Worker:
        """Start a Celery worker with beat."""
        folder = self._new("worker")
        words = ("--beat", "--concurrency", str(PROCESSES))
        starting = workers.started(self._app, folder, self._env, *words)
        return self._running.enter_context(starting)

    def _start_gunicorn(self) -> Server:
        command, folder = servers.gunicorn("--bind", "unix:{socket}"), self._new("gunicorn")
        starting = servers.started(command, self._app, folder, self._env, Recorder())
        started = self._running.enter_context(starting)
        assert started.answers(), started.excerpt()
        return started

    def _start_nginx(self) -> Server:
        files = {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted((self._app / "deploy").glob("*.conf"))
        }
        starting = nginx.started(files, self.gunicorn.socket, self._new("nginx"), Recorder())
        return self._running.enter_context(starting)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request through nginx."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        text = "" if body is None else json.dumps(body)
        return self.nginx.ask(method, path, text, (JSON if body is not None else {}) | names)

    def join(self, name: str) -> dict[str, str]:
        """Register somebody and log in; return the tokens."""
        user = {"username": name, "password": secrets.token_hex()}
        answer = self.ask("POST", "/auth/register", user | {"email": f"{name}@example.com"})
        assert answer.status_code == 201, answer.text
        tokens: dict[str, str] = self.ask("POST", "/auth/login", user).get_json()
        return tokens

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        with psycopg.connect(self.address) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def whole(
    tmp_path: Path,
    postgres: Any,
    sample: Callable[[int], str],
    require: Callable[[str, str], None],
) -> Iterator[Whole]:
    """Start all parts."""
    require("nginx", "nginx")
    require("Redis", "redis-server")
    with postgres.database(sample(STAGE.number)) as address, contextlib.ExitStack() as running:
        yield Whole(tmp_path, address, running)


def bearer(tokens: dict[str, str], kind: str = "access_token") -> str:
    """Return the value of the header Authorization."""
    return f"Bearer {tokens[kind]}"


def wait(is_done: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until something is done; tell whether it was."""
    until = time.monotonic() + seconds
    while not is_done() and time.monotonic() < until:
        time.sleep(0.1)
    return bool(is_done())


def test_a_journey_through_everything(whole: Whole) -> None:
    """Two people and an admin, from the registration to the e-mail, through all parts."""
    assert whole.ask("GET", "/readiness").status_code == 200
    index = whole.ask("GET", "/api/")
    document = whole.ask("GET", "/openapi.json").get_json()
    assert index.get_json()["data"]["version"] == document["info"]["version"]

    ada, eve = whole.join("ada"), whole.join("eve")
    mine = {"Authorization": bearer(ada)}
    once = mine | {"Idempotency_Key": "order-1"}
    task = {"title": "Order a cake", "tags": ["party"], "due_date": "2030-01-31"}
    created = [whole.ask("POST", "/api/tasks", task, **once) for _ in range(2)]
    assert [answer.status_code for answer in created] == [201, 201]
    assert created[0].get_json() == created[1].get_json()
    path = f"/api/tasks/{created[0].get_json()['data']['id']}"
    assert whole.mailbox.wait(1, 20), whole.worker.excerpt()
    assert str(whole.mailbox.messages[0]["To"]) == "ada@example.com"

    for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("POST", None)):
        address = f"{path}/process" if method == "POST" else path
        refused = whole.ask(method, address, body, Authorization=bearer(eve))
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (404, "TASK_NOT_FOUND")
    assert (
        whole.ask("GET", "/api/tasks", Authorization=bearer(eve)).get_json()["meta"]["total"] == 0
    )

    job = whole.ask("POST", f"{path}/process", **mine).get_json()["data"]["job_id"]
    done = wait(
        lambda: (
            whole.ask("GET", f"/api/jobs/{job}", **mine).get_json()["data"]["state"] == "SUCCESS"
        ),
        20,
    )
    assert done, whole.worker.excerpt()
    read = whole.ask("GET", path, **mine)
    assert read.get_json()["data"]["status"] == "completed"
    known = whole.ask("GET", path, If_None_Match=read.headers["ETag"], **mine)
    assert (known.status_code, known.data) == (304, b"")

    renewed = whole.ask("POST", "/auth/refresh", Authorization=bearer(ada, "refresh_token"))
    assert renewed.status_code == 200
    again = whole.ask("POST", "/auth/refresh", Authorization=bearer(ada, "refresh_token"))
    assert (again.status_code, again.get_json()["error"]["code"]) == (401, "TOKEN_REVOKED")
    ended = whole.ask("GET", "/auth/me", Authorization=bearer(renewed.get_json()))
    assert ended.status_code == 401, "the whole login has ended, in both processes"

    boss = whole.join("boss")
    with psycopg.connect(whole.address) as connection:
        connection.execute("UPDATE users SET role = 'admin' WHERE username = 'boss'")
    found = whole.ask("GET", "/api/users?q=eve", Authorization=bearer(boss)).get_json()["data"]
    change = {"is_active": False}
    address = f"/api/users/{found[0]['id']}"
    assert whole.ask("PATCH", address, change, Authorization=bearer(boss)).status_code == 200
    assert whole.ask("GET", "/api/tasks", Authorization=bearer(eve)).status_code == 401
    assert whole.ask("DELETE", path, Authorization=bearer(boss)).status_code == 204
    told = whole.gunicorn.log()
    for event in ("registered", "token_reused", "user_changed", "task_deleted"):
        assert f'"event": "{event}"' in told, f"{event} is not in the audit log"
    assert "eyJ" not in told, "there is a token in the log"


class Load:
    """Clients that write and read, and remember what was acknowledged."""

    def __init__(self, whole: Whole, tokens: dict[str, str]) -> None:
        self._whole = whole
        self._mine = {"Authorization": bearer(tokens)}
        self._until = time.monotonic() + LOAD_SECONDS
        self._lock = threading.Lock()
        self.statuses: Counter[str] = Counter()
        self.faults: list[str] = []
        self.created: dict[str, int] = {}
        self.changed: dict[int, str] = {}
        self.jobs: list[str] = []
        self.lost_answers: list[str] = []

    def run(self, number: int) -> None:
        """Be one client."""
        for count in itertools.count():
            if time.monotonic() > self._until:
                return
            self._round(f"client {number} task {count}")
            time.sleep(0.1)  # one worker has to keep up with the e-mails

    def _round(self, title: str) -> None:
        made = self._certainly("POST", "/api/tasks", {"title": title}, title)
        if made is None:
            return
        task_id = made["data"]["id"]
        with self._lock:
            self.created[title] = task_id
        text = f"changed {secrets.token_hex(4)}"
        answer = self._ask("PATCH", f"/api/tasks/{task_id}", {"description": text})
        if answer is not None and answer.status_code == 200:
            with self._lock:
                self.changed[task_id] = text
        self._ask("GET", "/api/tasks?per_page=20")
        read = self._ask("GET", f"/api/tasks/{task_id}")
        if read is not None and read.status_code == 200 and task_id in self.changed:
            found = read.get_json()["data"]["description"]
            if found != text:
                self.faults.append(f"task {task_id} was read as {found!r}, and is {text!r}")
        if random.random() < 0.1:
            accepted = self._certainly("POST", "/api/tasks/3/process", None, f"process {title}")
            if accepted:
                with self._lock:
                    self.jobs.append(accepted["data"]["job_id"])

    def _certainly(self, method: str, path: str, body: Any, key: str) -> Any:
        """Send a POST until it is answered; the key makes that harmless.

        Where it was done and the answer was lost, which 409 says, nothing is acknowledged.
        """
        for _ in range(50):
            answer = self._ask(method, path, body, Idempotency_Key=key)
            if answer is not None and answer.status_code in (201, 202):
                return answer.get_json()
            time.sleep(0.2)
        if answer is None or answer.status_code != 409:
            self.faults.append(f"{method} {path} with the key {key!r} is never answered")
        with self._lock:
            self.lost_answers.append(key)
        return None

    def _ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        try:
            answer = self._whole.ask(method, path, body, **self._mine, **headers)
        except (OSError, HTTPException) as error:
            with self._lock:
                self.statuses[type(error).__name__] += 1
            return None
        status = answer.status_code
        with self._lock:
            self.statuses[str(status)] += 1
            is_polite = status == 503 and "Retry-After" in answer.headers
            if status >= 500 and not is_polite:
                self.faults.append(f"{method} {path}: {status} {answer.text[:200]}")
        return answer


def kill_in_turn(whole: Whole, until: float) -> Counter[str]:
    """Kill and start the parts in turn; return how often each."""
    kills: Counter[str] = Counter()
    for part in itertools.cycle(("worker", "broker", "gunicorn", "cache")):
        if time.monotonic() + 3 > until:
            return kills
        time.sleep(1)
        kills[part] += 1
        if part == "worker":
            whole.worker.kill()
            whole.worker = whole.start_worker()
        elif part == "gunicorn":
            os.kill(random.choice(whole.gunicorn.workers()), signal.SIGKILL)
        else:
            whole.redis[part].stop()
            time.sleep(1)
            whole.redis[part] = whole.start_redis(part)
    raise AssertionError("a cycle has no end")


def test_parts_are_killed_under_load(whole: Whole) -> None:
    """No write that was acknowledged is lost or done twice, no e-mail is lost, no 5xx but 503."""
    token = whole.join("ada")
    with psycopg.connect(whole.address) as connection:
        connection.execute(
            "UPDATE tasks SET owner_id = (SELECT id FROM users WHERE username = 'ada')"
        )
    load = Load(whole, token)
    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(load.run, number) for number in range(3)]
        kills = kill_in_turn(whole, time.monotonic() + LOAD_SECONDS)
        for client in clients:
            client.result()
    titles = Counter(
        title for (title,) in whole.rows("SELECT title FROM tasks WHERE title LIKE 'client %'")
    )
    texts = dict(whole.rows("SELECT id, description FROM tasks"))

    def written() -> list[str]:
        return [str(message["Subject"]) for message in whole.mailbox.messages]

    wanted = {f"Created: {title}" for title in titles}
    everybody = wait(lambda: wanted <= set(written()))
    # A job whose worker was killed when it had written, and not yet noted it, is done once more.
    wait(lambda: not whole.rows("SELECT id FROM jobs WHERE state <> 'SUCCESS'"))
    time.sleep(4)  # what comes twice, comes by now
    states = Counter(state for (state,) in whole.rows("SELECT state FROM jobs"))
    # The id of a message is that of its job.
    mails = {(str(mail["Subject"]), str(mail["Message-ID"])) for mail in whole.mailbox.messages}
    copies = len(whole.mailbox.messages) - len(mails)
    print(
        f"\n{LOAD_SECONDS:.0f} s, killed: {dict(kills)}; answers: {dict(load.statuses)}; "
        f"{len(load.created)} tasks, {len(load.changed)} changes, {len(load.jobs)} processed, "
        f"{len(whole.mailbox.messages)} e-mails; answers lost: {len(load.lost_answers)}; "
        f"jobs: {dict(states)}; copies of e-mails: {copies}"
    )
    failed = [line for line in whole.gunicorn.log().splitlines() if '"ERROR"' in line]
    assert load.faults == [], "\n".join(failed)
    assert min(kills.values()) >= 2
    assert set(load.created) <= set(titles), "a task that was acknowledged is lost"
    unknown = {key for key in load.lost_answers if not key.startswith("process")}
    assert unknown <= set(titles), "a key is taken, and nothing was done"
    assert max(titles.values()) == 1, "a task was made twice"
    lost = {n: text for n, text in load.changed.items() if texts.get(n) != text}
    assert lost == {}, "a change that was acknowledged is lost"
    assert everybody, f"e-mails are missing: {sorted(wanted - set(written()))[:5]}"
    assert len({subject for subject, _ in mails}) == len(mails), "an e-mail was written twice"
    # A process that is killed between the mail server's answer and its own commit sends the same
    # message again: one for each, at most. Whoever receives it knows it by its id (RFC 7352).
    assert copies <= PROCESSES * kills["worker"]
    assert set(states) == {"SUCCESS"}
