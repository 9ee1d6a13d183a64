"""A Celery worker for a test: `celery -A worker worker --beat` on the app, ended with the test."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from workshop.suite import orphans, whole_messages

_TRACEBACK = "Traceback (most"
_FOLDER = "kombu/transport/filesystem.py"
# Where an entry of a log begins, Python's or Celery's, and where it tells of something wrong.
_ENTRY = re.compile(r"\[\d{4}-")
_WRONG = re.compile(r"\b(ERROR|CRITICAL)\b|^Error:|^Traceback ")
_SECONDS_TO_START = 30.0
_POLL_SECONDS = 0.03
_PLACE = re.compile(r'File "(.+?)", line (\d+)')
_READY = re.compile(r"celery@\S+ ready")


class Worker:
    """A running worker, with all of its processes. Its log is everything that they write."""

    def __init__(self, process: orphans.Program, log: Path, directory: Path = Path()) -> None:
        """Take the first process, the file of the log, and the folder of the app."""
        self._process = process
        self._directory = directory.resolve()
        self._log = log
        self._ready_at = 0.0

    def log(self) -> str:
        """Return what was written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def excerpt(self) -> str:
        """Return what went wrong first, for a message: the exception, and the app's line in it.

        Without times and ids, and without Celery's own lines, which say nothing to a student.
        """
        wrong = [entry for entry in _entries(self.log()) if _WRONG.search(entry[0])]
        own = [entry for entry in wrong if self._own_line(entry)]
        # Two processes that share a folder stumble over each other; that is nobody's mistake.
        others = [entry for entry in wrong if not any(_FOLDER in line for line in entry)]
        for entry in [*own, *others][:1]:
            return "\n".join([*self._own_line(entry), _raised(entry)])
        return "no word of an error"

    def _own_line(self, entry: list[str]) -> list[str]:
        """Return the last line of the app's code in a traceback, and where it is."""
        own: list[str] = []
        for line, source in zip(entry, [*entry[1:], ""], strict=True):
            place = _PLACE.search(line)
            if place and Path(place[1]).is_relative_to(self._directory):
                name = Path(place[1]).relative_to(self._directory).as_posix()
                own = [f"{name}, line {place[2]}:", f"    {source.strip()}"]
        return own

    def ready_seconds(self) -> float:
        """Return for how long it takes messages already, as its log says; 0 when it does not."""
        if not self._ready_at and _READY.search(self.log()):
            self._ready_at = time.monotonic()
        return time.monotonic() - self._ready_at if self._ready_at else 0

    def until(self, is_done: Callable[[], object], seconds: float) -> bool:
        """Wait until something is done, and tell whether it is.

        Args:
            is_done: tells whether it is done.
            seconds: how long the worker may take for it; the time to start is not counted.

        """
        give_up = time.monotonic() + _SECONDS_TO_START + seconds
        while not (done := is_done()) and self.runs():
            if self.ready_seconds() > seconds or time.monotonic() > give_up:
                break
            time.sleep(_POLL_SECONDS)
        return bool(done)

    def runs(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def terminate(self) -> None:
        """Tell it to finish what it has begun, and to end, as systemd and Docker do."""
        self._process.terminate()

    def ends(self, seconds: float) -> bool:
        """Wait for its end; tell whether it came."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.runs()

    def kill(self) -> None:
        """End all of its processes at once, as a power cut would."""
        orphans.end(self._process)


def _entries(log: str) -> list[list[str]]:
    """Return the entries of a log, each with the lines that follow it."""
    entries: list[list[str]] = []
    for line in log.splitlines():
        if not entries or _ENTRY.match(line) or line.startswith(_TRACEBACK):
            entries.append([])
        entries[-1].append(line)
    return entries


def _raised(entry: list[str]) -> str:
    """Return the line of a traceback that names the exception; without one, its first line."""
    named = [line for line in entry if re.match(r"[A-Za-z_][\w.]*(Error|Exception|\w*): ", line)]
    line = (named or entry)[-1 if named else 0]
    line = re.sub(r"^\[[^\]]*\] ", "", line)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", line)


@contextmanager
def started(
    directory: Path,
    folder: Path,
    env: Mapping[str, str],
    *words: str,
    start: orphans.Start = orphans.start,
) -> Iterator[Worker]:
    """Start a worker in an app's folder, and end it with the block. It may take a second to work.

    Args:
        directory: the folder of the app, with `worker.py`.
        folder: an empty folder, for its log and what beat remembers.
        env: the whole environment of the worker.
        words: of the command line, after `celery -A worker worker`.
        start: starts the program.

    """
    # Processes that are forked can be stopped when they take too long; not all systems can fork.
    words = words or ("--beat", "--concurrency", "1")
    pool = () if hasattr(os, "fork") else ("--pool", "solo")
    own = ("--schedule", str(folder / "schedule")) if "--beat" in words else ()
    celery = [sys.executable, whole_messages.__file__, "-A", "worker"]
    command = [*celery, "worker", *words, *pool, *own]
    log = folder / "log"
    with log.open("wb") as file:
        whole = dict(env) | {"PYTHONDONTWRITEBYTECODE": "1"}
        process = start(command, file, cwd=directory, env=whole)
    worker = Worker(process, log, directory)
    try:
        yield worker
    finally:
        worker.kill()
