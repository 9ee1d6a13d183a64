"""A student's app under a real server, on a UNIX socket, in processes of its own."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from werkzeug.test import EnvironBuilder, TestResponse

from workshop.suite import orphans
from workshop.suite.exchange import Exchange, Recorder

_POLL_SECONDS = 0.02
_ANSWER_SECONDS = 10.0
_NOTE = "asked through the socket of a server that the check has started"


class UnixConnection(http.client.HTTPConnection):
    """An HTTP connection over a UNIX socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


Connect = Callable[[float], http.client.HTTPConnection]


class Server:
    """A running server. Its log is everything that it and its workers write."""

    def __init__(
        self,
        process: orphans.Program,
        folder: Path,
        recorder: Recorder,
        connect: Connect | None = None,
        note: str = _NOTE,
    ) -> None:
        """Take the process, the folder with its log, who records, and how to connect to it.

        Args:
            process: the first process of the server.
            folder: has the file `log`, and `socket` where it listens there.
            recorder: keeps what is asked.
            connect: returns a connection, given its timeout in seconds; to the socket by default.
            note: how it is asked, in words for a student.

        """
        self.process = process
        self.folder = folder
        self.socket = folder / "socket"
        self._log = folder / "log"
        self._recorder = recorder
        self._note = note
        self._connect = connect or (lambda seconds: UnixConnection(self.socket, seconds))

    def ask(
        self,
        method: str,
        path: str,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        *,
        halfway: "contextlib.AbstractContextManager[object] | None" = None,
    ) -> TestResponse:
        """Send a request, and return what a test client would return.

        Args:
            method: the HTTP method.
            path: the path, with its query.
            body: what to send, as text.
            headers: headers to send.
            halfway: entered and left when half of the body has been sent.

        Raises:
            OSError: when the connection breaks, or no answer comes in time.
            http.client.HTTPException: when what comes is no whole answer.

        """
        headers = dict(headers or {})
        exchange = Exchange(method, path, list(headers.items()), body, note=self._note)
        self._recorder.asked(exchange)
        data = body.encode()
        with contextlib.closing(self._connect(_ANSWER_SECONDS)) as connection:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            if data:
                connection.putheader("Content-Length", str(len(data)))
            if halfway is not None:
                connection.putheader("Expect", "100-continue")
            connection.endheaders()
            # A server may answer before it has all, and close: the answer is what counts.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                if halfway is not None:
                    # It says 100 (RFC 9110, 10.1.1) when a worker has taken the request.
                    connection.sock.recv(1024)
                    connection.send(data[: len(data) // 2])
                    with halfway:
                        data = data[len(data) // 2 :]
                connection.send(data)
            answer = connection.getresponse()
            content = answer.read()
        status = f"{answer.status} {answer.reason}"
        exchange.status, exchange.reason = answer.status, answer.reason
        exchange.answer_headers = answer.getheaders()
        exchange.answer_body = content.decode("utf-8", "replace")
        exchange.answer_length = len(content)
        request = EnvironBuilder(path, method=method).get_request()
        response = TestResponse([content], status, answer.getheaders(), request)  # type: ignore[arg-type]
        response.exchange = exchange  # type: ignore[attr-defined]  # read by `expect`
        return response

    def answers(self, seconds: float = 1.0) -> bool:
        """Tell whether a request is answered in time, whatever the answer; it is not recorded.

        That somebody listens is not enough: Gunicorn does so before its workers have loaded the
        app, and before it is known whether they can.
        """
        with (
            contextlib.closing(self._connect(seconds)) as connection,
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            connection.request("GET", "/")
            connection.getresponse()
            return True
        return False

    def log(self) -> str:
        """Return what was written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def excerpt(self, lines: int = 8) -> str:
        """Return the last lines of the log for a message, of JSON only level and message.

        Without numbers of processes and Python's own way of importing, which say nothing to a
        student.
        """
        told = [line for line in self.log().splitlines() if 'File "<frozen ' not in line]
        return "\n".join(map(_in_short, told[-lines:]))

    def last_log(self) -> str:
        """Stop the server, and return all that it has written: some lines follow their answer."""
        self.terminate()
        self.ends(_ANSWER_SECONDS)
        return self.log()

    def workers(self) -> list[int]:
        """Return the process ids of the workers (Linux, macOS)."""
        words = ["ps", "-A", "-o", "pid=,ppid="]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        pairs = [line.split() for line in done.stdout.splitlines()]
        return [int(pid) for pid, parent in pairs if int(parent) == self.process.pid]

    def terminate(self) -> None:
        """Tell the server to stop, as systemd and Docker do."""
        self.process.terminate()

    def ends(self, seconds: float) -> bool:
        """Wait for the end of the server; tell whether it came."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.poll() is not None


def _in_short(line: str) -> str:
    """Return a line of a log as a person reads it."""
    with contextlib.suppress(ValueError, AttributeError):
        entry = json.loads(line)
        raised = str(entry.get("exc_info") or "").strip().rpartition("\n")[2]
        line = " ".join(filter(None, [entry.get("level"), entry.get("message"), raised]))
    line = re.sub(r"unix:\S+/", "unix:…/", line)
    return re.sub(r"(\(|pid: ?)\d+", r"\1…", line)


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def gunicorn(*words: str, app: str = "wsgi:app") -> list[str]:
    """Return the command that starts `gunicorn wsgi:app`, for `started`.

    Args:
        words: words of the command line, in which `{socket}` stands for the socket. When there are
            none, one worker listens there; it starts in half the time of two.
        app: which app; empty where the words say it.

    """
    words = words or ("--workers", "1", "--bind", "unix:{socket}")
    return [sys.executable, "-m", "gunicorn", *words, *([app] if app else [])]


def flask_run() -> list[str]:
    """Return the command that starts the development server, for `started`."""
    return [sys.executable, "-m", "flask", "--app", "app", "run", "--host", "unix://{socket}"]


@contextmanager
def started(
    command: Sequence[str],
    directory: Path,
    folder: Path,
    env: Mapping[str, str],
    recorder: Recorder,
    seconds: float = 15.0,
    connect: Connect | None = None,
    note: str = _NOTE,
    start: orphans.Start = orphans.start,
) -> Iterator[Server]:
    """Start a server in an app's folder; wait until it answers, or has ended. End it afterwards.

    Args:
        command: how to start it, with `{socket}` for where it is to listen.
        directory: the folder of the app.
        folder: an empty folder for the socket and the log.
        env: the whole environment of the server.
        recorder: keeps what is asked.
        seconds: how long to wait.
        connect: how to connect to it, where it does not listen on the socket.
        note: how it is asked, in words for a student.
        start: starts the program.

    """
    with (folder / "log").open("wb") as log:
        process = start(
            [word.replace("{socket}", str(folder / "socket")) for word in command],
            log,
            cwd=directory,
            env=dict(env) | {"PYTHONDONTWRITEBYTECODE": "1"},
        )
    server = Server(process, folder, recorder, connect, note)
    try:
        until = time.monotonic() + seconds
        while process.poll() is None and (left := until - time.monotonic()) > 0:
            if server.answers(left):
                break
            time.sleep(_POLL_SECONDS)
        yield server
    finally:
        orphans.end(process)
