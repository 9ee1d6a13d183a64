"""Background work in one module. Written for the tests of the workshop: another right way."""

import contextlib
import random
import smtplib
import uuid
from datetime import timedelta
from email.message import EmailMessage
from email.utils import localtime
from pathlib import Path
from urllib.parse import urlsplit

from celery import Celery, shared_task
from celery import Task as CeleryTask
from celery.exceptions import SoftTimeLimitExceeded
from flask import Blueprint, Flask, current_app, jsonify, make_response
from flask_jwt_extended import current_user
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from app.auth.identity import require_token
from app.errors import ApiError
from app.extensions import db
from app.models import Job, Task, User, utc_now

SUFFIX = " [Processed]"
work = Blueprint("work", __name__)
work.before_request(lambda: require_token("access"))


class Temporary(Exception):
    """Worth another attempt."""


def init_app(app: Flask) -> None:
    """Make Celery and listen to commits."""

    class InApp(CeleryTask):
        abstract = True

        def __call__(self, *arguments):
            with app.app_context():
                return super().__call__(*arguments)

    url = app.config["CELERY_BROKER_URL"]
    options = {"max_retries": 0, "socket_timeout": 2, "socket_connect_timeout": 1}
    if url.startswith("filesystem"):
        folder = Path(url.partition("://")[2] or Path(app.instance_path, "queue"))
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        url = "filesystem://"
        options = {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }
    elif url.startswith("amqp"):
        options = {"max_retries": 0}
    celery = Celery("tasks", task_cls=InApp, broker=url, include=[__name__])
    celery.conf.update(
        broker_transport_options=options,
        broker_connection_timeout=1,
        broker_connection_retry_on_startup=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        task_soft_time_limit=app.config["JOB_SECONDS"],
        task_time_limit=3 * app.config["JOB_SECONDS"],
        beat_schedule={
            "again": {"task": "again", "schedule": app.config["HAND_OVER_SECONDS"]},
            "late": {"task": "late", "schedule": app.config["REMIND_SECONDS"]},
        },
        beat_schedule_filename=str(Path(app.instance_path, "beat")),
    )
    app.extensions["celery"] = celery
    app.register_blueprint(work)


def job_for(kind: str, owner_id: int, task_id: int, key: str | None = None) -> Job:
    """Add a job to the session; it is sent when the session is committed."""
    number = uuid.uuid4().hex
    job = Job(id=number, kind=kind, owner_id=owner_id, task_id=task_id, key=key)
    job.due_at = utc_now() + timedelta(seconds=current_app.config["RESEND_SECONDS"])
    db.session.add(job)
    db.session.info.setdefault("new jobs", []).append(number)
    return job


@event.listens_for(db.session, "after_commit")
def send_new_jobs(session) -> None:
    """Send what the transaction has added."""
    numbers = session.info.pop("new jobs", [])
    failed = [number for number in numbers if not sent(number)]
    if failed:
        # In a connection of its own: this session is in the middle of its commit.
        with db.engine.begin() as connection:
            due = db.update(Job.__table__).where(Job.__table__.c.id.in_(failed))
            connection.execute(due.values(due_at=utc_now()))


@event.listens_for(db.session, "after_rollback")
def forget_new_jobs(session) -> None:
    """Forget what was never there."""
    session.info.pop("new jobs", None)


def sent(number: str, countdown: float | None = None) -> bool:
    """Send a message; tell whether that worked."""
    try:
        current_app.extensions["celery"].send_task(
            "run", [number], countdown=countdown, retry=False
        )
    except Exception as error:
        current_app.logger.error("no broker, so this job waits: %s", type(error).__qualname__)
        return False
    return True


@work.get("/api/jobs/<path:number>")
def look(number):
    """Show."""
    query = db.select(Job).filter_by(id=number, owner_id=current_user.id)
    job = db.session.scalars(query).one_or_none()
    if job is None:
        raise ApiError("NO_SUCH_JOB", "There is no such job of yours", 404)
    data = {"job_id": job.id, "state": job.state, "result": job.result, "error": job.error}
    response = make_response(jsonify(status="success", data=data))
    response.headers["Cache-Control"] = "no-store"
    return response


def answer(job: Job):
    """Answer 202."""
    url = f"/api/jobs/{job.id}"
    body = {"status": "success", "data": {"job_id": job.id, "status_url": url}}
    return make_response(body, 202, {"Location": url})


@shared_task(bind=True, name="run")
def run(self, number: str) -> None:
    """Do one job."""
    lease = utc_now() + timedelta(seconds=4 * current_app.config["JOB_SECONDS"])
    claim = (
        db.update(Job)
        .where(Job.id == number, Job.state.in_(["PENDING", "RETRY"]))
        .values(state="STARTED", attempts=Job.attempts + 1, due_at=lease)
        .returning(Job.attempts)
    )
    attempts = db.session.execute(claim).scalar_one_or_none()
    db.session.commit()
    if attempts is None:
        return
    most = current_app.config["JOB_ATTEMPTS"]
    if attempts > most:
        finish(number, "FAILURE", error="it was tried too often")
        return
    job = db.session.get(Job, number)
    try:
        text = DO[job.kind](job)
        job.state, job.result = "SUCCESS", text
        db.session.commit()
    except (Temporary, SoftTimeLimitExceeded, StaleDataError, DBAPIError) as error:
        db.session.rollback()
        current_app.logger.exception("job %s", number)
        if attempts >= most:
            finish(number, "FAILURE", error="something went wrong")
            return
        pause = current_app.config["JOB_RETRY_SECONDS"] * 2 ** (attempts - 1)
        pause *= 1 + random.random() / 10
        resend = timedelta(seconds=pause + current_app.config["RESEND_SECONDS"])
        finish(number, "RETRY", due_at=utc_now() + resend)
        self.retry(exc=error, countdown=pause, max_retries=None, throw=False)
    except ApiError as error:
        db.session.rollback()
        finish(number, "FAILURE", error=error.message)
    except Exception:
        db.session.rollback()
        current_app.logger.exception("job %s", number)
        finish(number, "FAILURE", error="something went wrong")


def finish(number: str, state: str, **values) -> None:
    """Note."""
    if isinstance(values.get("error"), str):
        values["error"] = {"text": values["error"]}
    change = db.update(Job).filter_by(id=number).values(state=state, **values)
    db.session.execute(change)
    db.session.commit()


@shared_task(name="again")
def again() -> None:
    """Send what is due."""
    now = utc_now()
    query = db.select(Job.id).where(Job.state.not_in(["SUCCESS", "FAILURE"]), Job.due_at < now)
    later = now + timedelta(seconds=current_app.config["RESEND_SECONDS"])
    for number in db.session.scalars(query).all():
        finish(number, "PENDING", due_at=later)
        sent(number)


@shared_task(name="late")
def late() -> None:
    """Remind."""
    today = utc_now().date()
    for task in db.session.scalars(db.select(Task).filter_by(status="pending")).all():
        if task.due_date is None or task.due_date >= today:
            continue
        key = f"late {task.id} {task.due_date}"
        if db.session.query(Job).filter_by(key=key).count() == 0:
            job_for("late", task.owner_id, task.id, key)
            try:
                db.session.commit()
            except DBAPIError:
                db.session.rollback()


def the_task(job: Job) -> Task:
    """Return it."""
    task = db.session.get(Task, job.task_id) if job.task_id else None
    if task is None:
        raise ApiError("GONE", "this task is no longer there", 404)
    return task


def process(job: Job) -> dict:
    """Process."""
    task = the_task(job)
    if SUFFIX.strip() not in task.description:
        task.description = task.description + SUFFIX
    task.status = "completed"
    return {"what": "processed"}


def mail(job: Job, words: str) -> dict:
    """Write."""
    task = the_task(job)
    message = EmailMessage()
    message["To"] = db.session.get(User, job.owner_id).email
    message["From"] = current_app.config["MAIL_FROM"]
    message["Message-ID"] = f"<{job.id}@tasks>"
    message["Date"] = localtime()
    message["Subject"] = words
    message.set_content(f"{words}: {task.title}\n")
    url = urlsplit(current_app.config["SMTP_URL"])
    if not url.hostname:
        folder = Path(current_app.instance_path) / current_app.config["MAIL_FOLDER"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{uuid.uuid4()}.eml").write_bytes(bytes(message))
        return {"what": "written"}
    try:
        server = smtplib.SMTP(url.hostname, url.port or 25, timeout=20)
        server.send_message(message)
        server.close()
    except smtplib.SMTPRecipientsRefused as error:
        raise_for(min(code for code, _ in error.recipients.values()), error)
    except smtplib.SMTPResponseException as error:
        raise_for(error.smtp_code, error)
    except OSError as error:
        raise Temporary from error
    return {"what": "sent"}


def raise_for(code: int, error: Exception) -> None:
    """Tell what passes from what does not."""
    raise (Temporary if code // 100 == 4 else ValueError)(str(code)) from error


DO = {
    "process": process,
    "mail": lambda job: mail(job, "There is a new task"),
    "late": lambda job: mail(job, "This is late"),
}
