"""Stage 13 on real brokers: what each of them loses, and that the course's API loses nothing."""

import contextlib
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workshop import course
from workshop.suite import mailboxes, workers
from workshop.suite.mailboxes import Mailbox
from workshop.suite.servers import free_port

STAGE = next(stage for stage in course.stages() if stage.number == 13)
BROKERS = ("folder", "redis", "rabbitmq")
SECONDS = 20.0
LIMITS = ("DEFAULT", "ADMIN", "LOGIN", "CREATE", "SEARCH")

# A task as it is in most tutorials: the message is all there is.
PLAIN = """
    import os
    import time
    from pathlib import Path

    from celery import Celery

    celery = Celery("plain", broker=os.environ["BROKER"])
    folder = Path(os.environ["FOLDER"])
    celery.conf.update(
        task_acks_late=os.environ["LATE"] == "late",
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.1,
            # How long Redis waits for a worker, in seconds: an hour, if nobody says it.
            "visibility_timeout": 2,
            # And how often it is asked: every hundred seconds, if nobody says it.
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        }
        if "amqp" not in os.environ["BROKER"]
        else {},
    )

    @celery.task(name="plain.slow")
    def slow():
        with (folder / "begun").open("a") as file:
            file.write("x")
        while not (folder / "go").exists():
            time.sleep(0.05)
        (folder / "done").touch()
"""


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a broker, of each kind that the lesson speaks of."""
    if request.param == "folder":
        (tmp_path / "queue").mkdir()
        return "filesystem://"
    url: str = request.getfixturevalue(request.param).url
    return url


def wait(is_done: Callable[[], object], seconds: float = SECONDS) -> bool:
    """Wait until something is done; tell whether it was."""
    until = time.monotonic() + seconds
    while not is_done() and time.monotonic() < until:
        time.sleep(0.05)
    return bool(is_done())


@pytest.mark.parametrize("acknowledged", ["early", "late"])
def test_what_becomes_of_a_message_whose_worker_is_killed(
    broker: str, acknowledged: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The table of the lesson: a folder loses it always, the others unless it is said late."""
    kind = request.node.callspec.params["broker"]
    (tmp_path / "worker.py").write_text(textwrap.dedent(PLAIN), encoding="utf-8")
    env = os.environ | {"BROKER": broker, "FOLDER": str(tmp_path), "LATE": acknowledged}
    queue = f"plain-{acknowledged}"  # the tests share a RabbitMQ
    words = ("--concurrency", "1", "--loglevel", "INFO", "--queues", queue)
    begun = tmp_path / "begun"

    with contextlib.ExitStack() as running:

        def start(name: str) -> workers.Worker:
            folder = tmp_path / name
            folder.mkdir()
            return running.enter_context(workers.started(tmp_path, folder, env, *words))

        first = start("first")
        send = f"import worker; worker.celery.send_task('plain.slow', queue={queue!r})"
        subprocess.run([sys.executable, "-c", send], cwd=tmp_path, env=env, check=True, timeout=30)
        assert wait(begun.exists), first.excerpt()
        first.kill()
        (tmp_path / "go").touch()
        second = start("second")
        assert wait(second.ready_seconds), second.excerpt()
        comes_again = wait((tmp_path / "done").exists, 6)
    assert comes_again == (acknowledged == "late" and kind != "folder")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Return a mail server."""
    with mailboxes.started() as started:
        yield started


@pytest.fixture
def env(
    broker: str, tmp_path: Path, postgres: Any, sample: Callable[[int], str], mailbox: Mailbox
) -> Iterator[dict[str, str]]:
    """Return the environment of an app on a broker, with PostgreSQL and a mail server."""
    if broker == "filesystem://":
        broker += str(tmp_path / "queue")
    ours = ("FLASK_", "RATELIMIT_", "REDIS_URL")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    clean |= {f"RATELIMIT_{name}": "1000000 per minute" for name in LIMITS}
    with postgres.database(sample(STAGE.number)) as address:
        yield clean | {
            "DATABASE_URL": address,
            "CELERY_BROKER_URL": broker,
            "SMTP_URL": mailbox.url,
            "HAND_OVER_SECONDS": "0.5",
            "JOB_SECONDS": "2",
            # A worker that is killed takes along what it has fetched beside.
            "RESEND_SECONDS": "3",
        }


@pytest.fixture
def start_worker(env: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], workers.Worker]]:
    """Return a function that starts a worker with beat."""
    with contextlib.ExitStack() as running:
        count = 0

        def start() -> workers.Worker:
            nonlocal count
            count += 1
            folder = tmp_path / f"worker-{count}"
            folder.mkdir()
            return running.enter_context(workers.started(STAGE.solution, folder, env))

        yield start


CLIENT = """
    import json, sys
    from app import create_app

    client = create_app().test_client()
    user = {"username": "ada", "password": "a password of the test"}
    client.post("/auth/register", json=user | {"email": "ada@example.com"})  # once
    token = client.post("/auth/login", json=user).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    for method, path, body in json.loads(sys.argv[1]):
        answer = client.open(path, method=method, json=body, headers=headers)
        print(json.dumps([answer.status_code, answer.json]))
"""


@pytest.fixture
def ask(env: dict[str, str]) -> Callable[..., list[Any]]:
    """Return a function that sends requests to the app, and returns statuses and bodies."""

    def ask(*requests: tuple[str, str, Any], **more: str) -> list[Any]:
        command = [sys.executable, "-c", textwrap.dedent(CLIENT), json.dumps(requests)]
        done = subprocess.run(
            command, cwd=STAGE.solution, env=env | more, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return ask


def test_a_journey(
    ask: Callable[..., list[Any]],
    start_worker: Callable[[], workers.Worker],
    mailbox: Mailbox,
) -> None:
    (created, processed) = ask(
        ("POST", "/api/tasks", {"title": "On a real broker"}),
        ("POST", "/api/tasks/3/process", None),
    )
    assert (created[0], processed[0]) == (201, 202)
    job = processed[1]["data"]["job_id"]
    worker = start_worker()
    assert mailbox.wait(1, SECONDS), worker.excerpt()
    path = f"/api/jobs/{job}"
    is_done = wait(lambda: ask(("GET", path, None))[0][1]["data"]["state"] == "SUCCESS")
    assert is_done, worker.excerpt()


def test_nothing_is_lost(
    ask: Callable[..., list[Any]],
    start_worker: Callable[[], workers.Worker],
    mailbox: Mailbox,
) -> None:
    """A worker is killed in the middle, and the broker is away for a while."""
    titles = [f"Number {number}" for number in range(6)]
    requests = [("POST", "/api/tasks", {"title": title}) for title in titles]
    mailbox.hang()
    assert [status for status, _ in ask(*requests[:3])] == [201] * 3
    first = start_worker()
    assert mailbox.wait_for_attempts(1, SECONDS), first.excerpt()
    first.kill()
    mailbox.go_on()
    gone = f"redis://127.0.0.1:{free_port()}/0"
    assert [status for status, _ in ask(*requests[3:], CELERY_BROKER_URL=gone)] == [201] * 3
    second = start_worker()
    assert mailbox.wait(6, SECONDS), second.excerpt()
    mailbox.wait(7, 2)
    found = sorted(str(message["Subject"]) for message in mailbox.messages)
    assert found == [f"Created: {title}" for title in titles]
