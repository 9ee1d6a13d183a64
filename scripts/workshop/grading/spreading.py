"""Spreads a class over machines: orders are messages, and Celery's workers carry them out.

A worker does what one machine does with the whole class; grades come back as they would be kept.
Messages are JSON: nothing that comes from a broker is run.
"""

import base64
import contextlib
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.states import READY_STATES, STARTED
from kombu.exceptions import OperationalError

from workshop import course
from workshop.errors import UsageError, cannot_write
from workshop.grading.grades import Grade
from workshop.grading.marking import Fault
from workshop.grading.orders import Order, graded_here
from workshop.grading.versions import version_of
from workshop.runs import hidden_of
from workshop.screen import visible
from workshop.suite import whole_messages

_TASK = "workshop.grade"
_QUEUE = "grading"
_SERVERS = ("redis://", "rediss://", "amqp://", "amqps://")
_LOOK_SECONDS = 0.1
# An order whose worker was killed is lost with some brokers. Then it is given again, once.
_TIMES = 2
_GRACE_SECONDS = 60.0
_REACH_SECONDS = 5.0
# A file or a key is read for each order that waits.
_SECONDS_A_LOOK = 0.002


def graded_by_workers(
    orders: Sequence[Order], broker: str
) -> Iterator[tuple[Order, Grade | Fault]]:
    """Give orders to workers, and yield each as it comes back: see `orders.Grader`.

    Args:
        orders: the orders.
        broker: where workers take them from: a URL, or a folder that is on their machine.

    Raises:
        UsageError: when the broker cannot be reached.

    """
    app = _reached(broker)
    waiting = [_Waiting(app, order) for order in orders]
    while waiting:
        for item in list(waiting):
            result = item.result()
            if result is not None:
                waiting.remove(item)
                yield item.order, result
        time.sleep(max(_LOOK_SECONDS, len(waiting) * _SECONDS_A_LOOK))


def serve(broker: str, at_once: int) -> None:
    """Carry out orders from a broker until the process is told to end.

    Args:
        broker: the broker, as in `graded_by_workers`.
        at_once: how many orders at a time.

    Raises:
        UsageError: when the broker is none, or cannot be reached.

    """
    words = ["--concurrency", str(at_once), "--queues", _QUEUE, "--loglevel", "WARNING"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Celery warns of root; what it runs here is ours, and a student's code is never run as root.
    warnings.simplefilter("ignore", SecurityWarning)
    _reached(broker).worker_main(["--quiet", "worker", *words, *quiet])


def _reached(broker: str) -> Celery:
    """Return the Celery app of graders and workers, whose broker answers."""
    app = _app_of(broker)
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=_REACH_SECONDS)
    except (OSError, OperationalError) as error:
        raise UsageError(
            f"The broker {connection.as_uri()} cannot be reached ({error}): start it, or grade "
            "without BROKER."
        ) from error
    return app


def _app_of(broker: str) -> Celery:
    app = Celery("grading", set_as_current=False)
    app.conf.update(
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        # A process takes one order at a time, and has it done before it is taken as done.
        worker_prefetch_multiplier=1,
        task_acks_late=True,
        task_track_started=True,
        task_reject_on_worker_lost=True,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=False,
        **_settings(broker),
    )
    app.task(name=_TASK)(_carry_out)
    return app


def _settings(broker: str) -> dict[str, Any]:
    if broker.startswith(_SERVERS):
        back = broker if broker.startswith("redis") else "rpc://"
        return {"broker_url": broker, "result_backend": back}
    if "://" in broker:
        raise UsageError(
            f"{broker} is no broker: give {', '.join(_SERVERS)} with what follows, or a folder."
        )
    folder = Path(broker).expanduser().absolute()
    places = {name: folder / name for name in ("queue", "control", "results")}
    try:
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(error) from error
    whole_messages.write()
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(places["queue"]),
            "data_folder_out": str(places["queue"]),
            "control_folder": str(places["control"]),
            "polling_interval": _LOOK_SECONDS,
        },
        "result_backend": places["results"].as_uri(),
    }


class _Waiting:
    """An order that a worker has, or will have."""

    def __init__(self, app: Celery, order: Order) -> None:
        self.order = order
        self._app = app
        self._message = _message_of(order)
        self._left = _TIMES
        self._seconds = order.stage.suite_seconds + _GRACE_SECONDS
        self._give()

    def _give(self) -> None:
        self._left -= 1
        self._begun: float | None = None
        self._sending = self._app.send_task(_TASK, [self._message], queue=_QUEUE)

    def result(self) -> Grade | Fault | None:
        """Return what has come back; None as long as nothing has."""
        state = self._sending.state
        if state in READY_STATES:
            return _result_of(self._sending.result)
        if state == STARTED and self._begun is None:
            self._begun = time.monotonic()
        if self._begun and time.monotonic() - self._begun > self._seconds:
            if not self._left:
                return Fault("workers have begun with it, and were never done")
            self._give()
        return None


def _result_of(answer: Any) -> Grade | Fault:
    with contextlib.suppress(KeyError, TypeError, ValueError):
        if "grade" in answer:
            return Grade.from_json(answer["grade"])
        return Fault(str(answer["fault"]))
    return Fault(f"a worker has failed: {answer}")


def _message_of(order: Order) -> dict[str, Any]:
    files = {
        path.relative_to(order.folder).as_posix(): base64.b64encode(path.read_bytes()).decode()
        for path in sorted(order.folder.rglob("*"))
        if path.is_file()
    }
    return {
        "student": order.student,
        "stage": order.stage.number,
        "files": files,
        "content": order.content,
        "version": order.version,
        "seed": order.hidden.seed if order.hidden else None,
    }


def _carry_out(message: Mapping[str, Any]) -> dict[str, str]:
    """Grade what a message describes; return the grade as JSON, or the grader's fault."""
    stage = course.find(str(message["stage"]), "grade")
    hidden = None if message["seed"] is None else hidden_of(stage, message["seed"])
    if version_of(stage, hidden) != message["version"]:
        return {"fault": "a worker has another version of the course: update it, and grade again"}
    with tempfile.TemporaryDirectory(prefix="workshop-order-") as scratch:
        folder = Path(scratch, stage.name)
        for name, content in message["files"].items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
        order = Order(
            message["student"], stage, folder, message["content"], message["version"], hidden
        )
        ((_, result),) = graded_here([order], at_once=1)
    if isinstance(result, Fault):
        return {"fault": str(result)}
    told = f"stage {order.stage.number}: {result.verdict} {result.points:g}"
    print(f"{visible(order.student)}, {told}", flush=True)
    return {"grade": result.to_json()}
