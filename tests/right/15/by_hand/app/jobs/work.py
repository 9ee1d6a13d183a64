"""What is done in each kind of job. It commits nothing: whoever calls does, with the state."""

from collections.abc import Callable
from typing import Any

from app import mail
from app.errors import ApiError
from app.extensions import db
from app.models import Job, Task, User
from app.tasks import services as tasks

Result = dict[str, Any]


def process(job: Job) -> Result:
    """Process the task of a job."""
    task = task_of(job)
    tasks.process(task)
    return {"task_id": task.id, "status": task.status}


def confirm(job: Job) -> Result:
    """Write to the owner that the task was created."""
    task = task_of(job)
    return write(job, f"Created: {task.title}", f"Your task “{task.title}” was created.")


def remind(job: Job) -> Result:
    """Write to the owner that the task is overdue."""
    task = task_of(job)
    text = f"Your task “{task.title}” was due on {task.due_date}."
    return write(job, f"Overdue: {task.title}", text)


def write(job: Job, subject: str, text: str) -> Result:
    """Send an e-mail to the owner of a job. Each attempt has the id of the job for its own."""
    owner = db.session.get_one(User, job.owner_id)
    mail.send(mail.message(owner.email, subject, f"Hello {owner.username},\n\n{text}\n", job.id))
    return {"sent": True}


def task_of(job: Job) -> Task:
    """Return the task that a job is about.

    Raises:
        ApiError: `TASK_NOT_FOUND` when it was deleted in the meantime.

    """
    task = db.session.get(Task, job.task_id) if job.task_id else None
    if task is None:
        raise ApiError("TASK_NOT_FOUND", "The task was deleted before this could be done", 404)
    return task


KINDS: dict[str, Callable[[Job], Result]] = {
    "process": process,
    "confirm": confirm,
    "remind": remind,
}
