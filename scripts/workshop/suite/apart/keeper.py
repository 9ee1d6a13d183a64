"""The process that has the libraries loaded, is confined, and starts all that is the student's.

It is forked before a suite is read, so no guest finds a test in its memory. It does what the host
asks, one thing at a time: fork a guest, start a program, tell how one ended.
"""

import contextlib
import faulthandler
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from workshop.confinement.warden import close_all_but
from workshop.suite.loader import AppLoader

_MAX_BYTES = 256 * 1024
_SECONDS = 30.0
_CREDENTIALS = struct.Struct("3i")
_CAN_PASS_CREDENTIALS = hasattr(socket, "SO_PASSCRED")
# The first also tells when the other end has gone; macOS has the second alone.
_WHOLE_MESSAGES = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
HELLO = b"here"


@dataclass(frozen=True)
class Begun:
    """A process that the keeper has begun: its id as the keeper has it, and as the host has it."""

    inner: int
    pid: int


class Refused(Exception):
    """The keeper has ended, or could start no process."""


class Keeper:
    """The host's hold on the keeper."""

    def __init__(self, directory: Path, target: str, confine: Callable[[], Set[str]]) -> None:
        """Fork the keeper.

        Args:
            directory: the folder of the app.
            target: where the app is in it, as in `app:app`.
            confine: run in the keeper before it does anything else; returns what is active.

        """
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, _WHOLE_MESSAGES)
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._socket.close()
            _keep(theirs, directory, target, confine)
        theirs.close()
        self._socket.settimeout(_SECONDS)
        try:
            self.confined_by = frozenset(json.loads(self._socket.recv(_MAX_BYTES)))
        except ValueError:
            raise RuntimeError("what is to keep the app apart has not started") from None

    def fork(self, channel: socket.socket, files: Sequence[int]) -> int:
        """Fork a guest.

        Args:
            channel: its end of a socket to the host.
            files: where its output, its errors and its stack go.

        Returns:
            The process id as the keeper has it.

        """
        return int(self._ask({"do": "fork"}, [channel.fileno(), *files])["pid"])

    def start(
        self,
        command: Sequence[str],
        directory: Path,
        env: dict[str, str],
        hello: socket.socket,
        output: int,
    ) -> int:
        """Start a program in a session of its own, which says hello before it is that program.

        Args:
            command: the program and its words.
            directory: where it runs.
            env: its whole environment.
            hello: where it says so.
            output: the file of its output and its errors.

        Returns:
            The process id as the keeper has it.

        """
        asked = {"do": "start", "command": list(command), "cwd": str(directory), "env": env}
        return int(self._ask(asked, [hello.fileno(), output])["pid"])

    def code_of(self, inner: int) -> int | None:
        """Return the exit code of a program; None while it runs."""
        code: int | None = self._ask({"do": "code", "pid": inner}, [])["code"]
        return code

    def _ask(self, message: dict[str, Any], files: Sequence[int]) -> dict[str, Any]:
        try:
            socket.send_fds(self._socket, [json.dumps(message).encode()], list(files))
            answer: dict[str, Any] = json.loads(self._socket.recv(_MAX_BYTES))
        except (OSError, ValueError) as error:
            raise Refused from error
        if answer.get("pid") == 0:
            raise Refused
        return answer


def say_hello(files: Sequence[int]) -> socket.socket:
    """Say hello to the host, and return the socket to it; what is written from now on is its.

    Args:
        files: the socket to the host, then where output, errors and stack go.

    """
    number, output, errors, stack = files
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    # What waits too long for the host's patience is told to write its stack, and ends.
    faulthandler.register(signal.SIGALRM, file=stack, chain=True)
    channel = socket.socket(fileno=number)
    channel.sendall(HELLO)
    return channel


def listen_for_hello() -> tuple[socket.socket, socket.socket]:
    """Return two ends of a stream, of which the first tells who has written to it."""
    ours, theirs = socket.socketpair()
    if _CAN_PASS_CREDENTIALS:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return ours, theirs


def who_says_hello(ours: socket.socket, inner: int) -> int:
    """Return the id of the process that says hello, as this process has it.

    The system translates it where the other process counts by itself, in a namespace of its own.
    """
    ours.settimeout(_SECONDS)
    said, ancillary, _, _ = ours.recvmsg(len(HELLO), socket.CMSG_SPACE(_CREDENTIALS.size))
    ours.settimeout(None)
    if said != HELLO:
        raise Refused
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == getattr(socket, "SCM_CREDENTIALS", -1):
            return int(_CREDENTIALS.unpack(data)[0])
    return inner


def _keep(
    asked: socket.socket, directory: Path, target: str, confine: Callable[[], Set[str]]
) -> None:
    """Do what the host asks, until it has gone."""
    try:
        # Nothing of the suite's, or of another run's, is for a guest.
        close_all_but({asked.fileno()})
        _be_the_first_to_go()
        asked.send(json.dumps(sorted(confine())).encode())
        loader = AppLoader(directory, target)
        ended: dict[int, int] = {}
        while True:
            message, files, _, _ = socket.recv_fds(asked, _MAX_BYTES, 4)
            if not message:
                break
            _reap(ended)
            do = json.loads(message)
            if do["do"] == "code":
                answer: dict[str, Any] = {"code": ended.get(do["pid"])}
            else:
                answer = {"pid": 0}
                with contextlib.suppress(OSError):  # there are too many processes already
                    answer["pid"] = os.fork()
                    if answer["pid"] == 0:
                        asked.close()
                        _begin(do, files, loader)
            for file in files:
                os.close(file)
            asked.send(json.dumps(answer).encode())
    finally:
        os._exit(1)


def _be_the_first_to_go() -> None:
    """Where memory runs out, let the system end what is the student's (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _reap(ended: dict[int, int]) -> None:
    """Take note of all processes that have ended."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            ended[pid] = os.waitstatus_to_exitcode(status)


def _begin(do: dict[str, Any], files: Sequence[int], loader: AppLoader) -> NoReturn:
    """Be what the host has asked for; does not return."""
    try:
        os.setsid()
        if do["do"] == "start":
            hello, output = files
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.chdir(do["cwd"])
            os.write(hello, HELLO)
            os.close(hello)
            os.close(output)
            os.execvpe(do["command"][0], do["command"], do["env"])
        from workshop.suite.apart.guest import Guest

        os.chdir(loader.directory)
        channel = say_hello(files)
        Guest(channel, loader).serve()
    finally:
        os._exit(127)
