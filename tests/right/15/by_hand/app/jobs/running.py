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
    if job.attempts > current_app.config["JOB_ATTEMPTS"]:
        services.fail(job_id, FAILED)
        return
    attempts = job.attempts
    try:
        services.succeed(job, KINDS[job.kind](job))
    except ApiError as error:
        db.session.rollback()
        services.fail(job_id, error)
    except Exception as error:
        db.session.rollback()
        current_app.logger.error("Job %s failed", job_id, exc_info=error)
        give_up_or_retry(job_id, attempts, error)


def give_up_or_retry(job_id: str, attempts: int, error: Exception) -> None:
    """Try a job again later, if that can help, and it was not tried too often."""
    if not may_pass(error) or attempts >= current_app.config["JOB_ATTEMPTS"]:
        services.fail(job_id, FAILED)
        return
    # Twice as long each time, and by chance: what has failed together is not tried again together.
    pause = get_exponential_backoff_interval(
        current_app.config["JOB_RETRY_SECONDS"], attempts - 1, LONGEST_PAUSE, full_jitter=False
    )
    services.postpone(job_id, pause)


def may_pass(error: Exception) -> bool:
    """Tell whether the same work may succeed later."""
    if isinstance(error, OSError):
        return mail.may_pass(error)
    return isinstance(error, SoftTimeLimitExceeded | OperationalError | StaleDataError)


@shared_task(name="jobs.hand_over_waiting")
def hand_over_waiting() -> None:
    """Hand over again what is due and not done."""
    services.hand_over_waiting()


@shared_task(name="jobs.remind")
def remind() -> None:
    """Remind the owners of tasks that are overdue."""
    tasks.remind_of_overdue()
