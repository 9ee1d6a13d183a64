"""The suite's side of an app apart: starts guests, asks them, and believes them no more than HTTP.

What a guest says beside an answer (its statements, where it raised) explains a failure, and counts
only where nothing else can be seen.
"""

import base64
import contextlib
import functools
import itertools
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from workshop.suite import clock, racing
from workshop.suite.apart import frames
from workshop.suite.apart.keeper import Keeper, Refused, listen_for_hello, who_says_hello
from workshop.suite.client import Recording
from workshop.suite.exchange import Exchange, Raised, Recorder
from workshop.suite.launch import Command, Served
from workshop.suite.loader import LoadError
from workshop.suite.racing import Send

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Frame = dict[str, Any]

# What of this process's environment is for the student's: nothing that names or opens anything.
_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT")
_OURS = ("WORKSHOP_", "PYTEST_")
_STACK_SECONDS = 1.0
_MAX_OUTPUT = 1024 * 1024
_NURSERIES = 3


class Gone(AssertionError):
    """A guest has ended, hangs, or says what no guest of ours says.

    Attributes:
        how: `ended`, `hung`, `crowded` or `broken`; `large` where it goes on, and the answer does
            not count.
        stack: the stack of what hung, as far as known.

    """

    def __init__(self, how: str, stack: str = "") -> None:
        super().__init__(_GONE[how])
        self.how = how
        self.stack = stack


_GONE = {
    "ended": "the app has ended its own process, where it should have answered",
    "hung": "no answer came in time: does a loop never end, or does the app wait for something?",
    "crowded": "no process could be started for the app: has it started too many of its own?",
    "large": "the answer is too large: the check takes none of more than "
    f"{frames.MAX_BYTES * 3 // 4 // 1024**2} MB",
    "broken": "what came back is no answer of the app: its code has changed what sends it",
}


class Host:
    """Has the keeper start guests and programs, and ends them.

    `on_late` is called when guests have hung so often that it is no use to go on; `until`, when
    what is asked has to be answered, as `time.monotonic` counts.
    """

    current: ClassVar["Host | None"] = None

    def __init__(self, directory: Path, target: str, confine: Callable[[], Set[str]]) -> None:
        """Start the keeper.

        Args:
            directory: the folder of the app.
            target: where the app is in it, as in `app:app`.
            confine: run in the keeper before it starts anything; returns what is active.

        """
        self.directory = directory
        self.until: float | None = None
        self.on_gone: Callable[[Gone], None] = lambda gone: None
        self._keeper = Keeper(directory, target, confine)
        self._work = tempfile.gettempdir()
        # Environments in which an app was started, and what has imported it in some of them.
        self._seen: set[str] = set()
        self._nurseries: dict[str, Guest | None] = {}

    @property
    def confined_by(self) -> frozenset[str]:
        """Return the names of what confines the app."""
        return self._keeper.confined_by

    def fork(self) -> "Guest":
        """Return a new guest."""
        return self._fork(lambda channel, files: self._keeper.fork("guest", channel, files))

    def fork_loaded(self, env: dict[str, str]) -> "Guest":
        """Return a new guest, which may have imported the app's modules in this environment.

        The first one in an environment has not: most are asked for once.
        """
        key = json.dumps(env, sort_keys=True)
        if key not in self._seen:
            self._seen.add(key)
            return self.fork()
        if key not in self._nurseries:
            self._nurseries[key] = self._nursery(env)
        nursery = self._nurseries[key]
        return self._fork(nursery.bear) if nursery else self.fork()

    def _nursery(self, env: dict[str, str]) -> "Guest | None":
        """Return a new nursery; None where the app cannot be forked from one."""
        if len(self._nurseries) >= _NURSERIES:
            eldest = self._nurseries.pop(next(iter(self._nurseries)))
            if eldest:
                eldest.kill()
        nursery = self._fork(lambda channel, files: self._keeper.fork("nursery", channel, files))
        if nursery.ask("load", env=env).get("fits") is True:
            return nursery
        nursery.kill()
        return None

    def _fork(self, fork: Callable[[socket.socket, list[int]], int]) -> "Guest":
        ours, theirs = listen_for_hello()
        with contextlib.ExitStack() as files:
            written = [files.enter_context(self._file()) for _ in range(3)]
            try:
                inner = fork(theirs, [file.fileno() for file in written])
                theirs.close()
                pid = who_says_hello(ours, inner)
            except (OSError, Refused) as error:
                raise Gone("crowded") from error
            files.pop_all()
        return Guest(self, ours, pid, *written)

    def start(
        self,
        command: Sequence[str],
        output: "IO[bytes] | int" = subprocess.DEVNULL,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> "Started":
        """Start a program of the app, confined as guests are; see `orphans.start`."""
        ours, theirs = listen_for_hello()
        with ours, theirs, Path(os.devnull).open("wb") as nowhere:
            file = nowhere if isinstance(output, int) else output
            inner = self._keeper.start(
                command,
                cwd or self.directory,
                environment(os.environ if env is None else env),
                theirs,
                file.fileno(),
            )
            return Started(self._keeper, inner, who_says_hello(ours, inner))

    def seconds_left(self) -> float | None:
        """Return how long to wait for what is asked now; for ever when None."""
        return None if self.until is None else max(self.until - time.monotonic(), 0.05)

    def close(self) -> None:
        """End the keeper; what it has started, the caller ends."""
        self._keeper.kill()

    def _file(self) -> IO[bytes]:
        """Return a file without a name."""
        return tempfile.TemporaryFile(dir=self._work, buffering=0)


class Started:
    """A program that the keeper has started: what the tests use of `subprocess.Popen`."""

    def __init__(self, keeper: Keeper, inner: int, pid: int) -> None:
        self._keeper = keeper
        self._inner = inner
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code; None while it runs."""
        if self.returncode is None:
            self.returncode = self._keeper.code_of(self._inner)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code.

        Raises:
            subprocess.TimeoutExpired: when it has not ended in so many seconds.

        """
        until = time.monotonic() + (3600 if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("program", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Guest:
    """One process of an app, as the host has hold of it."""

    _ids = itertools.count(1)
    _late: ClassVar[int] = 0

    def __init__(
        self,
        host: Host,
        channel: socket.socket,
        pid: int,
        output: IO[bytes],
        errors: IO[bytes],
        stack: IO[bytes],
    ) -> None:
        """Take the host, the socket to the guest, its id, and the files that it writes to."""
        self._host = host
        self._channel = channel
        self.pid = pid
        self._written = {1: (output, 0), 2: (errors, 0)}
        self._stack = stack
        # What has been asked, and what has come of it: an answer to anything else is nobody's.
        self._asked: set[int] = set()
        self._arrived: dict[int, Frame] = {}
        self._reading = False
        self._gone: Gone | None = None
        self._state = threading.Condition()
        self._sending = threading.Lock()

    def ask(self, op: str, **values: Any) -> Frame:
        """Ask for something, and return the answer.

        Raises:
            Gone: when there is none.

        """
        return self.answer_to(self.send(op, **values))

    def send(self, op: str, **values: Any) -> int:
        """Ask for something; return the number under which the answer will come."""
        number = next(Guest._ids)
        self._asked.add(number)
        thread = threading.get_ident() if threading.current_thread() is not _main() else 0
        # Whether others may ask before this is answered.
        alone = threading.active_count() == 1 and op != "race"
        frame = {"id": number, "op": op, "thread": thread, "alone": alone, **values}
        frame["now"] = clock.moment()
        try:
            with self._sending:
                frames.send(self._channel, frame)
        except frames.Closed:
            self._fail(Gone("ended"))
        return number

    def answer_to(self, number: int) -> Frame:
        """Wait for an answer, whichever thread it is that reads it.

        Raises:
            Gone: when there is none.

        """
        with self._state:
            self._asked.add(number)  # again, where a request stands still and goes on
            while number not in self._arrived:
                if self._gone:
                    raise self._gone
                if self._reading:
                    self._state.wait(0.1)
                    continue
                self._reading = True
                self._state.release()
                try:
                    frame = self._receive()
                finally:
                    self._state.acquire()
                    self._reading = False
                    self._state.notify_all()
                self._arrived[int(frame["id"])] = frame
            frame = self._arrived.pop(number)
        self._show_output()
        if "large" in frame:
            raise Gone("large")
        return frame

    def _receive(self) -> Frame:
        try:
            frame = frames.receive(self._channel, self._host.until)
            if frame.get("id") not in self._asked:
                raise frames.Broken
            self._asked.remove(frame["id"])
            return frame
        except frames.Closed:
            self._fail(Gone("ended"))
        except frames.Late:
            self._fail(Gone("hung", self._end_of_what_hangs()))
        except (frames.Broken, TypeError):  # an id can be anything
            self.fail_as_broken()
        raise AssertionError  # `_fail` has raised

    @contextlib.contextmanager
    def believed(self) -> Iterator[None]:
        """Take what it says apart in the block; give it up where it says what none of ours says."""
        try:
            yield
        except (KeyError, TypeError, ValueError, OverflowError):
            self.fail_as_broken()

    def fail_as_broken(self) -> None:
        """Give the guest up, which says what no guest of ours says.

        Raises:
            Gone: always.

        """
        self._fail(Gone("broken"))

    def _fail(self, gone: Gone) -> None:
        self._gone = gone
        self._show_output()
        self.kill()
        self._host.on_gone(gone)
        raise gone

    def _end_of_what_hangs(self) -> str:
        """Let a guest write its stack and end; return the stack."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGALRM)
        until = time.monotonic() + _STACK_SECONDS
        with contextlib.suppress(frames.Closed, frames.Late, frames.Broken):
            while True:
                frames.receive(self._channel, until)
        self._stack.seek(0)
        return self._stack.read(64 * 1024).decode("utf-8", "replace")

    def _show_output(self) -> None:
        """Write what the guest has written since, as if it had been written here."""
        for number, (file, read) in list(self._written.items()):
            data = os.pread(file.fileno(), _MAX_OUTPUT - read, read)
            if data:
                with contextlib.suppress(OSError):  # what is captured has its limit as well
                    os.write(number, data)
                self._written[number] = file, read + len(data)

    def bear(self, channel: socket.socket, files: list[int]) -> int:
        """Have this guest, which is a nursery, fork another one; return 0, as it tells no id."""
        socket.send_fds(self._channel, [b"f"], [channel.fileno(), *files])
        return 0

    def kill(self) -> None:
        """End it, with what it has started in its group."""
        if self._channel.fileno() < 0:
            return
        self._channel.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for file in (*(file for file, _ in self._written.values()), self._stack):
            file.close()
        self._written.clear()


_main = threading.main_thread


class ApartClient(Recording):
    """A client of an app in another process."""

    guest: Guest
    number: int
    launcher: "ApartLauncher"

    def __init__(self) -> None:
        super().__init__(None, TestResponse)  # type: ignore[arg-type]  # `ask` needs no app
        self.environ_base = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": _USER_AGENT}

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request as Flask's own client does."""
        if not (args and not isinstance(args[0], str)):
            kwargs["environ_base"] = self.environ_base | kwargs.get("environ_base", {})
        return super().open(*args, **kwargs)

    def __enter__(self) -> "ApartClient":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def ask(
        self, environ: "WSGIEnvironment", exchange: Exchange
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Let the app answer in its process."""
        body = environ["wsgi.input"].read()
        words = {key: value for key, value in environ.items() if isinstance(value, str)}
        asked = {
            "app": self.number,
            "environ": words,
            "body": base64.b64encode(body).decode(),
        }
        answer = self.launcher.answer(self.guest, asked)
        with self.guest.believed():
            status, content = str(answer["status"]), base64.b64decode(answer["body"])
            headers = Headers([(str(name), str(value)) for name, value in answer["headers"]])
            exchange.raised = _raised(answer["raised"])
            exchange.routes = [str(route) for route in answer["routes"]]
            self.recorder.statements += [str(statement) for statement in answer["statements"]]
            self.launcher.worked += float(answer["worked"])
            int(status.partition(" ")[0])
        return [content], status, headers


def _user_agent() -> str:
    from importlib import metadata

    return f"Werkzeug/{metadata.version('werkzeug')}"


_USER_AGENT = _user_agent()


def _raised(found: Frame | None) -> Raised | None:
    """Return an exception as a guest tells it.

    Raises:
        TypeError: when it is told in another way.
        ValueError: in the same case.

    """
    if found is None:
        return None
    raised = Raised(**found)
    words = raised.type, raised.message, raised.file, raised.source
    if not all(isinstance(word, str) for word in words):
        raise TypeError
    raised.line, raised.column, raised.deliberate = (
        int(raised.line),
        int(raised.column),
        bool(raised.deliberate),
    )
    return raised


class ApartApp:
    """An app in another process."""

    def __init__(self, make: Callable[[], ApartClient]) -> None:
        self._make = make

    def test_client(self) -> ApartClient:
        """Return a client of the app."""
        return self._make()


class ApartLauncher:
    """Starts one app's folder in processes of its own; does for a test what `Launcher` does."""

    def __init__(self, host: Host, recorder: Recorder) -> None:
        """Take the host, and the record of the test."""
        self.recorder = recorder
        self.worked = 0.0
        self._host = host
        self._guests: list[Guest] = []
        self._launched: Guest | None = None
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
        """Start the app in a process of its own; see `Launcher.launch`.

        Where `fresh` is False, it is another app in the process of the last one.

        Raises:
            LoadError: when the app cannot be loaded.
            Gone: when its process ends, or hangs.

        """
        os.environ.update(env or {})
        whole = environment(os.environ)
        if fresh is not False or self._launched is None:
            fork = self._host.fork if fresh else functools.partial(self._host.fork_loaded, whole)
            self._launched = fork()
            self._guests.append(self._launched)
        guest = self._launched
        answer = guest.ask("launch", env=whole, crash_at=crash_at, fresh=fresh)
        with guest.believed():
            if error := answer.get("error"):
                raised = _raised(error["raised"])
                raise LoadError(str(error["kind"]), str(error["message"]), raised)
            number = int(answer["app"])
        values = {
            "guest": guest,
            "number": number,
            "launcher": self,
            "recorder": self.recorder,
            "launch_env": env or {},
            "crash_at": crash_at,
        }
        return ApartApp(type("Client", (ApartClient,), values))

    def command(
        self, words: Sequence[str], env: dict[str, str], typed: str, app: str | None
    ) -> Command:
        """Run a command of Flask's command line in a process of its own; see `Launcher.command`."""
        whole = environment(os.environ | env)
        guest = self._host.fork_loaded(whole)
        self._guests.append(guest)
        answer = guest.ask("command", words=list(words), env=whole, typed=typed, app=app)
        with guest.believed():
            self.recorder.statements += map(str, answer["statements"])
            done = Command(int(answer["exit_code"]), str(answer["output"]))
        guest.kill()
        return done

    def program(self, command: str = "python app.py") -> list[Served]:
        """Return the servers that a command would start; see `Launcher.program`."""
        guest = self._host.fork()
        self._guests.append(guest)
        answer = guest.ask("program", env=environment(os.environ), command=command)
        if "failed" in answer:
            raise AssertionError(str(answer["failed"]))
        with guest.believed():
            served = [Served(**one) for one in answer["served"]]
        guest.kill()
        return served

    def answer(self, guest: Guest, asked: Frame) -> Frame:
        """Send a request to a guest, and return the answer."""
        race, self._race = self._race, None
        watch, self._watch = self._watch, None
        if watch:
            answer = guest.ask("watched_request", **asked, **watch)
            with guest.believed():
                self._at_commits = [int(count) for count in answer["at_commits"]]
            return answer
        if race is None:
            return guest.ask("request", **asked)
        number = guest.send("race", first=asked, **race)
        answer = guest.answer_to(number)
        if "stands_at" not in answer:
            return answer
        with guest.believed():
            self._stood_at = int(answer["stands_at"])

        def second() -> None:
            try:
                self._second()
            finally:
                guest.send("go_on")

        thread = threading.Thread(target=second)
        thread.start()
        answer = guest.answer_to(number)
        thread.join(_STACK_SECONDS)
        return answer

    def race(self, first: Send, second: Send, line: int) -> "list[TestResponse]":
        """Send a request, and another one while it stands at its n-th line; return the answers."""
        return self._raced(first, second, line).at_line(self._stood_at)

    def at_write(self, first: Send, second: Send) -> "list[TestResponse]":
        """Send a request, and another one when it is about to write; return the answers."""
        return self._raced(first, second, 0).before_write()

    def _raced(self, first: Send, second: Send, line: int) -> racing.Raced:
        raced = racing.Raced(first, second)
        self._race, self._second, self._stood_at = {"line": line}, raced.second, 0
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
        """End all that was started: nothing else is left of it."""
        self.close()

    def close(self) -> None:
        """End all that was started."""
        for guest in self._guests:
            guest.kill()
        self._guests.clear()
        self._launched = None


def environment(values: Mapping[str, str]) -> dict[str, str]:
    """Return variables for the student's side: what tests have set, without what is ours."""
    return {name: value for name, value in values.items() if not name.startswith(_OURS)}


def scrub() -> None:
    """Take from this process's environment all that is not for a student's program."""
    for name in set(os.environ) - set(_PASSED_ON):
        if not name.startswith(_OURS):
            del os.environ[name]
