"""Starts apps in a guest: what the fixtures use of `launch.Launcher`, over frames."""

import functools
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workshop.suite import racing
from workshop.suite.apart.client import ApartApp, ApartClient, raised_of
from workshop.suite.apart.host import Host, environment
from workshop.suite.apart.link import Frame, Link
from workshop.suite.apart.started import Started
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Command, Served
from workshop.suite.loader import LoadError
from workshop.suite.racing import Send

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

_SECOND_SECONDS = 1.0


class ApartLauncher:
    """Starts one app's folder in a guest; does for a test what `Launcher` does in this process."""

    def __init__(self, host: Host, recorder: Recorder) -> None:
        """Take the host, and the record of the test."""
        self.recorder = recorder
        self.worked = 0.0
        self._host = host
        # What the next request of the first of two is sent with.
        self._race: Frame | None = None
        self._second: Callable[[], None] = lambda: None
        self._stood_at = 0
        self._watch: Frame | None = None
        self._at_commits: list[int] = []

    @property
    def directory(self) -> Path:
        """Return the app's folder."""
        return self._host.directory

    def launch(
        self,
        env: dict[str, str] | None = None,
        crash_at: str | None = None,
        fresh: bool | None = True,
    ) -> ApartApp:
        """Start the app in the guest, as `Launcher.launch` does in this process.

        Raises:
            LoadError: when the app cannot be loaded.
            Gone: when its process ends, or hangs.

        """
        os.environ.update(env or {})
        whole = environment(os.environ)
        link = self._host.guest()
        answer = link.ask("launch", env=whole, crash_at=crash_at, fresh=fresh)
        with link.believed():
            if error := answer.get("error"):
                raised = raised_of(error["raised"])
                raise LoadError(str(error["kind"]), str(error["message"]), raised)
            number = int(answer["app"])
        values = {
            "link": link,
            "number": number,
            "answer": staticmethod(self._answer),
            "worked": staticmethod(self._note_work),
            "recorder": self.recorder,
            "launch_env": env or {},
            "crash_at": crash_at,
        }
        return ApartApp(type("Client", (ApartClient,), values))

    def command(
        self, words: Sequence[str], env: dict[str, str], typed: str, app: str | None
    ) -> Command:
        """Run a command of Flask's command line in the guest; see `Launcher.command`."""
        whole = environment(os.environ | env)
        link = self._host.guest()
        answer = link.ask("command", words=list(words), env=whole, typed=typed, app=app)
        with link.believed():
            self.recorder.statements += map(str, answer["statements"])
            return Command(int(answer["exit_code"]), str(answer["output"]))

    def program(self, command: str = "python app.py") -> list[Served]:
        """Return the servers that a command would start; see `Launcher.program`."""
        link = self._host.guest()
        answer = link.ask("program", env=environment(os.environ), command=command)
        if "failed" in answer:
            raise AssertionError(str(answer["failed"]))
        with link.believed():
            return [Served(**one) for one in answer["served"]]

    def _note_work(self, seconds: float) -> None:
        self.worked += seconds

    def _answer(self, link: Link, asked: Frame) -> Frame:
        """Send a request to the guest, and return the answer."""
        race, self._race = self._race, None
        watch, self._watch = self._watch, None
        if watch:
            answer = link.ask("watched_request", **asked, **watch)
            with link.believed():
                self._at_commits = [int(count) for count in answer["at_commits"]]
            return answer
        if race is None:
            return link.ask("request", **asked)
        number = link.send("race", first=asked, **race)
        answer = link.answer_to(number)
        if "stands_at" not in answer:
            return answer
        with link.believed():
            self._stood_at = int(answer["stands_at"])

        def second() -> None:
            try:
                self._second()
            finally:
                link.send("go_on")

        thread = threading.Thread(target=second)
        thread.start()
        answer = link.answer_to(number)
        thread.join(_SECOND_SECONDS)
        return answer

    def race(self, first: Send, second: Send, line: int) -> "list[TestResponse]":
        """Send a request, and another one while it stands at its n-th line; return the answers."""
        return self._raced(first, second, line=line).at_line(self._stood_at)

    def at_write(self, first: Send, second: Send, write: int = 1) -> "list[TestResponse]":
        """Send a request, and another one before its n-th write; return the answers."""
        return self._raced(first, second, write=write).before_write()

    def _raced(self, first: Send, second: Send, **moment: int) -> racing.Raced:
        raced = racing.Raced(first, second)
        self._race, self._second, self._stood_at = moment, raced.second, 0
        raced.first()
        return raced

    def effort(self, send: Send) -> "tuple[TestResponse, float]":
        """Send a request; return the answer and the seconds of the processor that it took."""
        before = self.worked
        answer = send()
        return answer, self.worked - before

    def files_at_commits(self, send: Send, folder: Path, pattern: str) -> list[int]:
        """Send a request; return how many files a folder had at each commit: see `commits`."""
        self._watch, self._at_commits = {"folder": str(folder), "pattern": pattern}, []
        send()
        return self._at_commits

    @functools.cached_property
    def start(self) -> Callable[..., Started]:
        """Return what starts a program of the app; see `orphans.start`."""
        return self._host.start

    def forget(self) -> None:
        """Forget what was imported of the app, as if it had never been started."""
        self._host.guest().ask("forget")

    def close(self) -> None:
        """Close what was started for the test."""
        self._host.end_test()
