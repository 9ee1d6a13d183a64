"""The rules of jobs.

A job is a row, committed together with what it is about. The message in the queue is only a nudge:
it may be lost, or come twice.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from kombu.exceptions import KombuError

from app.errors import ApiError
from app.extensions import commit, db
from app.models import WAITING_STATES, Job, utc_now

# The name of the task that does a job; its argument is the id.
RUN = "jobs.run"
# So many times as long as a job may take it belongs to whoever has claimed it: Celery has ended it
# by then, whatever it does.
LEASE = 3
# So many jobs are handed over at once.
BATCH = 1000
# The states in which a job that is due was lost: nobody will do it who was told of it.
LOST_STATES = (*WAITING_STATES, "STARTED")


def add_job(kind: str, owner_id: int, task_id: int | None, key: str | None = None) -> Job:
    """Add a job to the transaction of whoever calls; commit, and then hand it over.

    Args:
        kind: what is to be done: a name in `work.KINDS`.
        owner_id: who may ask for it.
        task_id: what it is about.
        key: if given, there is one job of this key at most.

    """
    job = Job(
        id=str(uuid4()),
        kind=kind,
        owner_id=owner_id,
        task_id=task_id,
        key=key,
        due_at=after(current_app.config["RESEND_SECONDS"]),
    )
    db.session.add(job)
    return job


def get_job(job_id: str, owner_id: int) -> Job:
    """Return a job of a user.

    Raises:
        ApiError: `JOB_NOT_FOUND` when there is none, or it is somebody else's: who is told which
            of both it is, learns of jobs of others.

    """
    job = db.session.get(Job, job_id)
    if job is None or job.owner_id != owner_id:
        raise ApiError("JOB_NOT_FOUND", f"Job with ID {job_id} not found", 404)
    return job


def hand_over(*job_ids: str, seconds: float = 0) -> None:
    """Tell the workers of jobs. Where that fails, they are due at once, and wait for the relay.

    Args:
        job_ids: the jobs, which have been committed: a worker is faster than you think.
        seconds: do them so much later.

    """
    for number, job_id in enumerate(job_ids):
        try:
            send(job_id, seconds)
        except (KombuError, OSError) as error:
            reason = type(error).__name__
            current_app.logger.warning("The broker is gone, jobs wait for it: %s", reason)
            make_due(job_ids[number:])
            return


def send(job_id: str, seconds: float) -> None:
    """Send the message that a job is to be done.

    Raises:
        KombuError, OSError: the broker cannot be reached.

    """
    celery = current_app.extensions["celery"]
    # Once: Celery's own retries would let the client wait, and the relay comes by anyway.
    celery.send_task(RUN, (job_id,), countdown=seconds or None, retry=False)


def make_due(job_ids: tuple[str, ...]) -> None:
    """Let jobs be handed over again when the relay comes by next."""
    db.session.execute(db.update(Job).where(Job.id.in_(job_ids)).values(due_at=utc_now()))
    commit()


def after(seconds: float) -> datetime:
    """Return the moment in so many seconds."""
    return utc_now() + timedelta(seconds=seconds)


def hand_over_waiting() -> None:
    """Hand over again what is due and not done: nobody was told of it, or who was, has died."""
    due = db.select(Job.id).where(Job.state.in_(LOST_STATES), Job.due_at <= utc_now())
    # Two relays at once take different jobs, where the database can (PostgreSQL).
    due = due.order_by(Job.due_at).limit(BATCH).with_for_update(skip_locked=True)
    again = {"state": "PENDING", "due_at": after(current_app.config["RESEND_SECONDS"])}
    # One statement: between two, a worker could claim a job, and another one would do it as well.
    taken = db.update(Job).where(Job.id.in_(due)).values(again).returning(Job.id)
    job_ids = db.session.scalars(taken).all()
    commit()
    hand_over(*job_ids)


def claim(job_id: str) -> Job | None:
    """Return a job that is the caller's to do now; None when it is done, or somebody does it.

    When it is not done at the end of its lease, its worker has died; the relay hands it over again.
    """
    claimed: Any = db.session.execute(
        db.update(Job)
        .where(Job.id == job_id, Job.state.in_(WAITING_STATES))
        .values(
            state="STARTED",
            attempts=Job.attempts + 1,
            due_at=after(LEASE * current_app.config["JOB_SECONDS"]),
        )
    )
    commit()
    return db.session.get(Job, job_id) if claimed.rowcount else None


def succeed(job: Job, result: dict[str, Any]) -> None:
    """Note that a job is done, in one transaction with what it has changed."""
    job.state, job.result = "SUCCESS", result
    commit()


def fail(job_id: str, error: ApiError) -> None:
    """Note that a job cannot be done, and why, in words that its owner may see."""
    reason = {"code": error.code, "message": error.message}
    change(job_id, state="FAILURE", error=reason)


def postpone(job_id: str, seconds: float) -> None:
    """Try a job again in so many seconds."""
    change(job_id, state="RETRY", due_at=after(seconds + current_app.config["RESEND_SECONDS"]))
    hand_over(job_id, seconds=seconds)


def change(job_id: str, **values: Any) -> None:
    """Set columns of a job, and commit."""
    db.session.execute(db.update(Job).where(Job.id == job_id).values(**values))
    commit()
