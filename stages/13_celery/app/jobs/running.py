"""What workers run. Celery finds these tasks by their names."""

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.utils.time import get_exponential_backoff_interval
from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app import mail
from app.errors import ApiError
from app.extensions import db
from app.jobs import services
from app.jobs.work import KINDS
from app.tasks import services as tasks

# No pause between two attempts is longer, in seconds.
LONGEST_PAUSE = 3600
FAILED = ApiError("JOB_FAILED", "This went wrong on our side. It has been logged.", 500)


@shared_task(name=services.RUN)
def run_job(job_id: str) -> None:
    """Do a job, unless it is done already, or somebody else does it."""
    job = services.claim(job_id)
    if job is None:
        return
    # TODO lost: give up a job of which so many workers have died
    # TODO worker: do it, and note what became of it; of a bug, only that there is one
    KINDS[job.kind](job)


def give_up_or_retry(job_id: str, attempts: int, error: Exception) -> None:
    """Try a job again later, if that can help, and it was not tried too often."""
    # TODO retries: postpone it by a growing time where the error may pass, and else fail
    services.fail(job_id, FAILED)


def may_pass(error: Exception) -> bool:
    """Tell whether the same work may succeed later."""
    # TODO retries: a lost connection, a time limit, a 4xx of SMTP; but no 5xx, and no bug
    return False


@shared_task(name="jobs.hand_over_waiting")
def hand_over_waiting() -> None:
    """Hand over again what is due and not done."""
    services.hand_over_waiting()


@shared_task(name="jobs.remind")
def remind() -> None:
    """Remind the owners of tasks that are overdue."""
    tasks.remind_of_overdue()
