"""The process of an app apart: it does what the host asks, with the student's code in it.

Everything in here is in the student's hands as soon as their code is loaded. So nothing that is
said from here counts but what a client can see; the rest only helps to explain.
"""

import base64
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop.suite import commits, loggers, racing, spared_hashes
from workshop.suite.apart import frames
from workshop.suite.client import EXCHANGE, RecordingClient
from workshop.suite.clock import Follower
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher
from workshop.suite.loader import AppLoader, LoadError

if TYPE_CHECKING:
    from flask import Flask

Frame = dict[str, Any]


class Guest:
    """Serves one host until that closes the channel.

    Each thread of the host has a thread here, so that what it asks at once runs at once; what its
    first thread asks runs in this process's main thread, as the app would.
    """

    def __init__(self, channel: socket.socket, loader: AppLoader) -> None:
        """Take the socket to the host, and what loads the app."""
        self._channel = channel
        self._recorder = Recorder()
        self._launcher = Launcher(loader, self._recorder)
        self._apps: list[Flask] = []
        self._clients = threading.local()
        self._writing = threading.Lock()
        self._queues: dict[int, queue.Queue[Frame]] = {0: queue.Queue()}
        # While one request stands still, what the other threads ask is for who holds it.
        self._second: queue.Queue[Frame] | None = None
        self._clock = Follower()

    def serve(self) -> None:
        """Do what is asked, until the host has gone; the process ends."""
        while True:
            frame = self._next()
            if frame["thread"] or not frame["alone"]:
                break
            self._answer(frame)
        # From here on, what is asked is read also while something is being done.
        self._hand_out(frame)
        threading.Thread(target=self._read, daemon=True).start()
        self._work(self._queues[0])

    def _next(self) -> Frame:
        try:
            return frames.receive(self._channel)
        except (frames.Closed, frames.Broken):
            os._exit(0)

    def _read(self) -> None:
        while True:
            self._hand_out(self._next())

    def _hand_out(self, frame: Frame) -> None:
        """Give a frame to the thread that it is for."""
        number = frame["thread"]
        if number and self._second is not None:
            self._second.put(frame)
            return
        if number not in self._queues:
            asked: queue.Queue[Frame] = queue.Queue()
            self._queues[number] = asked
            threading.Thread(target=self._work, args=(asked,), daemon=True).start()
        self._queues[number].put(frame)

    def _work(self, asked: "queue.Queue[Frame]") -> None:
        while True:
            self._answer(asked.get())

    def _answer(self, frame: Frame) -> None:
        self._clock.follow(frame["now"])
        do: Callable[[Frame], Frame] = getattr(self, f"_do_{frame['op']}")
        try:
            self._send(frame, do(frame))
        except frames.Closed:
            os._exit(0)

    def _send(self, frame: Frame, values: Frame) -> None:
        # What was printed is in its files before it is told that it is there.
        sys.stdout.flush()
        sys.stderr.flush()
        with self._writing:
            try:
                frames.send(self._channel, {"id": frame["id"], **values})
            except frames.TooLarge:
                frames.send(self._channel, {"id": frame["id"], "large": True})

    def _do_launch(self, frame: Frame) -> Frame:
        set_environment(frame["env"])
        try:
            app = self._launcher.launch({}, frame["crash_at"], frame["fresh"])
        except LoadError as error:
            raised = asdict(error.raised) if error.raised else None
            return {"error": {"kind": error.kind, "message": str(error), "raised": raised}}
        self._apps.append(app)
        return {"app": len(self._apps) - 1, "debug": bool(app.debug)}

    def _do_command(self, frame: Frame) -> Frame:
        set_environment(frame["env"])
        before = len(self._recorder.statements)
        done = self._launcher.command(frame["words"], {}, frame["typed"], frame["app"])
        return {
            "exit_code": done.exit_code,
            "output": done.output,
            "statements": self._recorder.statements[before:],
        }

    def _do_program(self, frame: Frame) -> Frame:
        set_environment(frame["env"])
        try:
            return {"served": [asdict(one) for one in self._launcher.program(frame["command"])]}
        except AssertionError as error:
            return {"failed": str(error)}

    def _do_close(self, frame: Frame) -> Frame:
        """Close what was started for a test."""
        self._launcher.close()
        self._apps.clear()
        self._clients = threading.local()
        self._recorder.statements.clear()
        # Here one process serves all tests, and the next app starts with what Python gives it.
        loggers.clear()
        return {}

    def _do_forget(self, frame: Frame) -> Frame:
        """Forget what was imported of the app."""
        self._launcher.forget()
        return {}

    def _do_request(self, frame: Frame) -> Frame:
        client = self._client(frame["app"])
        environ = {**frame["environ"], **_fixed(base64.b64decode(frame["body"]))}
        before = len(self._recorder.statements)
        started, spared = time.thread_time(), spared_hashes.seconds_spared()
        parts, status, headers = client.run_wsgi_app(environ, buffered=True)
        worked = time.thread_time() - started + spared_hashes.seconds_spared() - spared
        exchange = environ[EXCHANGE]
        return {
            "status": status,
            "headers": list(headers),
            "body": base64.b64encode(b"".join(parts)).decode(),
            "raised": exchange.raised and asdict(exchange.raised),
            "routes": exchange.routes,
            "statements": self._recorder.statements[before:],
            "worked": worked,
        }

    def _do_watched_request(self, frame: Frame) -> Frame:
        with commits.watched(Path(frame["folder"]), frame["pattern"]) as counts:
            answer = self._do_request(frame)
        return {**answer, "at_commits": counts}

    def _do_race(self, frame: Frame) -> Frame:
        """Answer a request; another one comes in the moment that the frame says."""
        first = frame["first"]
        answer: list[Frame] = []
        second: queue.Queue[Frame] = queue.Queue()
        waiting: list[Frame] = []

        def ask_first() -> Any:
            answer.append(self._do_request(first))

        def stand_still(at: int) -> None:
            self._second = second
            self._send(frame, {"stands_at": at})
            waiting.append(second.get())

        def answer_second() -> Any:
            asked = waiting.pop()
            while asked["op"] != "go_on":
                self._answer(asked)
                asked = second.get()

        if "line" in frame:
            loader, line = self._launcher.loader, frame["line"]
            racing.at_line(loader, ask_first, answer_second, line, stand_still)
        else:
            recorder, write = self._recorder, frame["write"]
            racing.before_write(recorder, ask_first, answer_second, write, stand_still)
        self._second = None
        return answer[0]

    def _do_go_on(self, frame: Frame) -> Frame:
        """Do nothing: the request that stood still did not wait for this."""
        return {}

    def _client(self, number: int) -> RecordingClient:
        """Return the client with which the thread that is running asks an app."""
        clients: dict[str, RecordingClient] = vars(self._clients)
        name = f"client_{number}"
        if name not in clients:
            client: Any = self._apps[number].test_client(use_cookies=False)
            clients[name] = client
        return clients[name]


def set_environment(values: dict[str, str]) -> None:
    """Let this process's environment be this and no more, its time zone among it."""
    os.environ.clear()
    os.environ.update(values)
    if hasattr(time, "tzset"):
        time.tzset()


def _fixed(body: bytes) -> dict[str, Any]:
    """Return what no frame can carry of a WSGI environment (PEP 3333)."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
