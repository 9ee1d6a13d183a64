"""The queue of work that no client waits for: Celery, with this application around each task."""

import contextlib
import logging
import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from flask import Flask
from flask.logging import default_handler

# A broker that is a folder of this machine. It needs no server, and reaches no other machine.
FOLDER = "filesystem://"


def init_app(app: Flask) -> None:
    """Make the queue of an application: `app.extensions["celery"]`."""

    class FlaskTask(Task):  # type: ignore[misc]  # Celery has no types
        """A task that has what a view has: the configuration, the database, the log."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=FlaskTask)
    celery.conf.update(settings(app))
    app.extensions["celery"] = celery


def settings(app: Flask) -> dict[str, Any]:
    """Return the settings of Celery."""
    folder = Path(app.instance_path)
    return {
        **broker(app.config["CELERY_BROKER_URL"], folder / "queue"),
        # The module with the tasks, which the worker imports.
        "include": ["app.jobs.running"],
        # What becomes of a job is in our own database, and belongs to somebody.
        "task_ignore_result": True,
        # A process takes one message at a time, so that none waits behind a long job.
        "worker_prefetch_multiplier": 1,
        "task_soft_time_limit": app.config["JOB_SECONDS"],
        "task_time_limit": 2 * app.config["JOB_SECONDS"],
        "beat_schedule": schedule(app),
        # Where beat remembers what it has done when.
        "beat_schedule_filename": str(folder / "beat-schedule"),
    }


def broker(url: str, folder: Path) -> dict[str, Any]:
    """Return the settings for a broker.

    Args:
        url: its address; `filesystem://` is a folder, which may follow as a full path.
        folder: the folder, where none follows.

    """
    if not url.startswith(FOLDER):
        # Who sends a message waits for the broker, and a client waits for whoever sends it.
        options = {"max_retries": 0}
        if url.startswith("redis"):
            options |= {"socket_connect_timeout": 1, "socket_timeout": 2}
        return {
            "broker_url": url,
            "broker_connection_timeout": 1,
            "broker_connection_retry_on_startup": True,
            "broker_transport_options": options,
        }
    folder = Path(url.removeprefix(FOLDER) or folder)
    with contextlib.suppress(OSError):  # whoever sends is told
        make_folder(folder)
    folders = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
        # So often a worker looks into the folder, in seconds.
        "polling_interval": 0.1,
    }
    return {"broker_url": FOLDER, "broker_transport_options": folders}


def make_folder(folder: Path) -> None:
    """Make the folder of a broker, unless it is there.

    Raises:
        OSError: that is not possible here.

    """
    control = folder / "control"
    control.mkdir(parents=True, exist_ok=True)
    for name in ("celery", "celery.pidbox"):
        # Celery would make these files empty, and fill them then: a second process that starts at
        # the same time finds nothing in them, and dies. A link is there as a whole, or not at all.
        file, whole = control / f"{name}.exchange", control / f"{name}.{os.getpid()}"
        if not file.exists():
            whole.write_text("[]")
            with contextlib.suppress(FileExistsError):
                os.link(whole, file)
            whole.unlink()


def schedule(app: Flask) -> dict[str, Any]:
    """Return what beat sends to the workers, and how often."""
    entries: dict[str, Any] = {}
    every = app.config["HAND_OVER_SECONDS"]
    # What no worker has taken when the next one is due, need not be done.
    entries["hand over what waits"] = {
        "task": "jobs.hand_over_waiting",
        "schedule": every,
        "options": {"expires": every},
    }
    every = app.config["REMIND_SECONDS"]
    entries["remind"] = {
        "task": "jobs.remind",
        "schedule": every,
        "options": {"expires": every},
    }
    return entries


@setup_logging.connect
def log_like_the_application(**_: Any) -> None:
    """Let the worker write its log as the application does, and not in a form of Celery's own."""
    logging.basicConfig(level=logging.INFO, handlers=[default_handler], force=True)
