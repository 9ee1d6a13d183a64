"""Jobs: each is done, once, however often somebody is told of it."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from app import mail
from app.extensions import db
from app.jobs import services, work
from app.models import Job, User, utc_now
from app.tasks.services import remind_of_overdue
from factories import Header, make_task
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

TASKS = "/api/tasks"
RunJobs = Callable[[], None]


@pytest.fixture
def run_jobs(app: Flask, tmp_path: Path) -> RunJobs:
    """Return a function that does every job that waits, as a worker would."""
    app.config["MAIL_FOLDER"] = str(tmp_path)
    celery = app.extensions["celery"]
    celery.loader.import_default_modules()

    def run() -> None:
        with app.app_context():
            ids = db.session.scalars(db.select(Job.id).where(Job.state == "PENDING")).all()
        for job_id in ids:
            celery.tasks[services.RUN].apply((job_id,), throw=True)

    return run


def states(app: Flask) -> list[str]:
    """Return the states of all jobs."""
    with app.app_context():
        return sorted(db.session.scalars(db.select(Job.state)))


def test_processing_is_done_by_a_worker(
    app: Flask, client: FlaskClient, user: User, as_user: Header, run_jobs: RunJobs
) -> None:
    path = f"{TASKS}/{make_task(app, user, description='Twice')}"
    accepted = client.post(f"{path}/process", headers=as_user)
    status_url = accepted.json["data"]["status_url"]

    assert (accepted.status_code, accepted.headers["Location"]) == (202, status_url)
    assert client.get(status_url, headers=as_user).json["data"]["state"] == "PENDING"
    run_jobs()
    assert client.get(status_url, headers=as_user).json["data"]["state"] == "SUCCESS"
    task = client.get(path, headers=as_user).json["data"]
    assert (task["status"], task["description"]) == ("completed", "Twice [Processed]")


def test_a_job_of_somebody_else_is_not_found(
    app: Flask, client: FlaskClient, user: User, as_user: Header, as_admin: Header
) -> None:
    path = f"{TASKS}/{make_task(app, user)}/process"
    status_url = client.post(path, headers=as_user).json["data"]["status_url"]

    assert client.get(status_url, headers=as_admin).status_code == 404


def test_a_message_that_comes_twice_is_worked_on_once(
    app: Flask, client: FlaskClient, as_user: Header, run_jobs: RunJobs, tmp_path: Path
) -> None:
    client.post(TASKS, json={"title": "Größe"}, headers=as_user)
    run_jobs()
    (file,) = tmp_path.iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"] == "Created: Größe"
    file.unlink()
    with app.app_context():
        job_id = db.session.scalars(db.select(Job.id)).one()
    app.extensions["celery"].tasks[services.RUN].apply((job_id,), throw=True)

    assert not list(tmp_path.iterdir())


def test_without_a_broker_a_job_waits_in_the_database(
    app: Flask, client: FlaskClient, as_user: Header, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(services, "send", gone)
    assert client.post(TASKS, json={"title": "Kept"}, headers=as_user).status_code == 201
    sent: list[str] = []
    monkeypatch.setattr(services, "send", lambda job_id, _: sent.append(job_id))
    with app.app_context():
        for _ in range(2):
            services.hand_over_waiting()

    assert len(sent) == 1


def test_a_job_of_a_worker_that_died_is_handed_over(app: Flask, user: User) -> None:
    with app.app_context():
        job = services.add_job("process", user.id, None)
        db.session.commit()
        assert services.claim(job.id)
        assert services.claim(job.id) is None
        services.change(job.id, due_at=utc_now() - timedelta(seconds=1))
        services.hand_over_waiting()

        assert services.claim(job.id)


def test_a_job_that_is_claimed_meanwhile_is_left_to_its_worker(app: Flask, user: User) -> None:
    with app.app_context():
        job = services.add_job("process", user.id, None)
        db.session.commit()
        services.make_due((job.id,))
        job_id, claimed = job.id, []

        def claim(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("UPDATE") and not claimed:
                claimed.append(job_id)
                with app.app_context():
                    assert services.claim(job_id)

        event.listen(db.engine, "before_cursor_execute", claim)
        services.hand_over_waiting()

        db.session.refresh(job)
        assert claimed
        assert job.state == "STARTED"


@pytest.mark.parametrize(("code", "state"), [(451, "RETRY"), (550, "FAILURE")])
def test_what_may_pass_is_tried_again(
    app: Flask,
    client: FlaskClient,
    as_user: Header,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    state: str,
) -> None:
    def refuse(*_: object) -> None:
        raise smtplib.SMTPResponseException(code, b"refused")

    monkeypatch.setattr(mail, "send", refuse)
    client.post(TASKS, json={"title": "Refused"}, headers=as_user)
    run_jobs()

    assert states(app) == [state]


def test_an_overdue_task_is_reminded_of_once(app: Flask, user: User) -> None:
    yesterday = utc_now().date() - timedelta(days=1)
    for fields in ({}, {"due_date": yesterday}, {"due_date": yesterday, "status": "completed"}):
        make_task(app, user, **fields)
    with app.app_context():
        for _ in range(2):
            remind_of_overdue()

    assert states(app) == ["PENDING"]


def test_a_bug_is_not_shown(
    app: Flask,
    client: FlaskClient,
    user: User,
    as_user: Header,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("in the secret part")

    monkeypatch.setattr(work.tasks, "process", stumble)
    path = f"{TASKS}/{make_task(app, user)}/process"
    status_url = client.post(path, headers=as_user).json["data"]["status_url"]
    run_jobs()
    job = client.get(status_url, headers=as_user)

    assert job.json["data"]["state"] == "FAILURE"
    assert "secret" not in job.text
