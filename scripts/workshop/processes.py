"""Processes that run suites: forked from one that has the libraries loaded, or started anew.

A run leads a process group of its own, so that what a student's code starts ends with it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import ClassVar, NoReturn, Protocol

from workshop.course import Stage
from workshop.suite.session import Job

# The variable is for trying, where there is fork, what happens where there is none.
CAN_FORK = hasattr(os, "fork") and not os.environ.get("WORKSHOP_NO_FORK")


class Process(Protocol):
    """A process that runs a suite."""

    def wait(self, seconds: float) -> bool:
        """Wait; tell whether the process has ended."""

    def kill(self) -> None:
        """End the process and its children."""


# What a zygote does: it makes ready, then calls its argument. That returns in processes forked from
# there, one for each line that the zygote is sent, and returns the line.
Serve = Callable[[Callable[[], str]], NoReturn]


class Zygote:
    """A forked process that makes ready for runs, and forks again for each that it is sent."""

    _live: ClassVar[list["Zygote"]] = []

    def __init__(self, pid: int, channel: "_Channel") -> None:
        """Take the id of the process that was forked from this one, and how to speak with it."""
        self.pid = pid
        self._jobs, self._replies = channel.jobs_write, channel.replies_read
        self._buffer = b""
        Zygote._live.append(self)

    @classmethod
    def several(cls, count: int, serve: Serve) -> "list[Zygote]":
        """Fork so many, each of which has a run at a time; what is loaded is loaded once for all.

        Args:
            count: how many.
            serve: makes ready, once for all of them, then runs what they are sent.

        """
        channels = [_Channel(*os.pipe(), *os.pipe()) for _ in range(count)]
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            # A pipe ends when all its writers have closed it, and this process has a copy of each.
            for other in Zygote._live:
                os.close(other._jobs)
                os.close(other._replies)
            for channel in channels:
                os.close(channel.jobs_write)
                os.close(channel.replies_read)
            # Ctrl-C is for the process at the front, which tells this one by closing the pipe.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            serve(lambda: _forked_for_a_line(_forked_for_a_channel(channels)[0]))
        return cls._of(channels, pid)

    @classmethod
    def anew(cls, count: int, module: str, function: str, word: str) -> "list[Zygote]":
        """Start so many in a new Python, which has nothing of this process's memory.

        A fork has a copy of all of it, and what runs there can read it: secrets of the environment,
        and the files of other students.

        Args:
            count: how many; see `several`.
            module: where the function is.
            function: the name of one that returns what the zygotes do, given the word.
            word: what it is given.

        """
        channels = [_Channel(*os.pipe(), *os.pipe()) for _ in range(count)]
        for channel in channels:
            os.set_inheritable(channel.jobs_read, True)
            os.set_inheritable(channel.replies_write, True)
        numbers = json.dumps([astuple(channel) for channel in channels])
        words = [str(Path(__file__).parents[1]), numbers, module, function, word]
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-P", "-c", _ANEW, *words],
            _harmless(os.environ),
            setsigmask=[signal.SIGINT],
        )
        return cls._of(channels, pid)

    @classmethod
    def _of(cls, channels: "Sequence[_Channel]", pid: int) -> "list[Zygote]":
        for channel in channels:
            os.close(channel.jobs_read)
            os.close(channel.replies_write)
        return [cls(pid, channel) for channel in channels]

    def run(self, line: str) -> "Forked":
        """Fork a run of what a line describes; the last one has ended or was killed."""
        os.write(self._jobs, line.encode() + b"\n")
        return Forked(self)

    def reply(self, seconds: float | None) -> str | None:
        """Return the next line from the zygote; None when there is none in time."""
        import select

        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._replies], [], [], seconds)
            if not ready:
                return None
            data = os.read(self._replies, 4096)
            if not data:
                raise RuntimeError("the process that runs suites has ended")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def close(self) -> None:
        """End the process; a run that is under way is the caller's to kill before."""
        Zygote._live.remove(self)
        os.close(self._jobs)
        os.close(self._replies)
        # The last of those that were forked together closes the process that they come from.
        if all(other.pid != self.pid for other in Zygote._live):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)


class Forked:
    """A run in a process that the zygote forked."""

    def __init__(self, zygote: Zygote) -> None:
        self._zygote = zygote
        self._pid = 0  # until it has been forked
        self._ended = False

    def wait(self, seconds: float | None) -> bool:
        """Wait, for ever where None is given; tell whether the process has ended."""
        if self._is_forked(seconds) and not self._ended:
            self._ended = self._zygote.reply(seconds) is not None
        return self._ended

    def kill(self) -> None:
        """End the process and its children."""
        self._is_forked(None)
        # The run leads a process group of its own; its number stays taken while a child lives.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)

    def _is_forked(self, seconds: float | None) -> bool:
        if not self._pid:
            self._pid = int(self._zygote.reply(seconds) or 0)
        return self._pid > 0


class Spawned:
    """A run in a new Python, where there is no fork."""

    def __init__(self, job: Job) -> None:
        code = "import sys; from workshop.suite.session import *; main(Job.from_json(sys.argv[1]))"
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, job.to_json()], env=environment, stdin=subprocess.DEVNULL
        )

    def wait(self, seconds: float) -> bool:
        """Wait; tell whether the process has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll() is not None

    def kill(self) -> None:
        """End the process."""
        self._process.kill()


def workers() -> int:
    """Return how many runs go well at once on this machine."""
    return max(1, os.cpu_count() or 1)


@dataclass(frozen=True)
class _Channel:
    """Two pipes: one for jobs, the other for what becomes of them."""

    jobs_read: int
    jobs_write: int
    replies_read: int
    replies_write: int


# Its words: where the workshop is, and those of `serve_anew`.
_ANEW = """
import sys
sys.path.insert(0, sys.argv[1])
from workshop.processes import serve_anew
serve_anew(*sys.argv[2:])
"""


def serve_anew(numbers: str, module: str, function: str, word: str) -> NoReturn:
    """Be the zygotes that `Zygote.anew` has started."""
    import importlib

    from workshop.confinement import descendants

    # As where it is forked; it was blocked as long as this was not said.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    channels = [_Channel(*each) for each in json.loads(numbers)]
    for channel in channels:
        os.set_inheritable(channel.jobs_read, False)
        os.set_inheritable(channel.replies_write, False)
    serve: Serve = getattr(importlib.import_module(module), function)(word)

    def next_line() -> str:
        channel, others = _forked_for_a_channel(channels)
        descendants.adopt()
        return _forked_for_a_line(channel, after_each=lambda: descendants.end_all(but=others))

    serve(next_line)


def _harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of an environment a Python of ours needs, and nothing else that may be in it."""
    return {
        name: value
        for name, value in environment.items()
        if name in _PASSED_ON or name.startswith(("LC_", "PYTHON", "WORKSHOP_"))
    }


_PASSED_ON = ("HOME", "LANG", "LANGUAGE", "PATH", "TMPDIR", "TZ")


def serving_suites(preload: Iterable[str] = (), collect: Job | None = None) -> Serve:
    """Return what a zygote does to run suites: it loads libraries, and maybe a suite.

    Args:
        preload: modules to import before any run is forked.
        collect: a job whose suite to collect before; all runs are of this suite then.

    """

    def serve(next_line: Callable[[], str]) -> NoReturn:
        import importlib

        from workshop.suite import session

        for module in preload:
            with contextlib.suppress(ImportError):
                importlib.import_module(module)

        def next_job() -> Job:
            return Job.from_json(next_line())

        if collect:
            session.main_collected(collect, next_job)
        session.main(next_job())

    return serve


def _forked_for_a_channel(channels: Sequence[_Channel]) -> tuple[_Channel, list[int]]:
    """Fork for all channels but the first, which is this process's; each closes the others'.

    Returns in each process its channel, and the processes that it has forked.
    """
    mine, forked = channels[0], list[int]()
    for channel in channels[1:]:
        pid = os.fork()
        if pid == 0:
            mine, forked = channel, []
            break
        forked.append(pid)
    for channel in channels:
        if channel is not mine:
            os.close(channel.jobs_read)
            os.close(channel.replies_write)
    return mine, forked


def _forked_for_a_line(channel: _Channel, after_each: Callable[[], object] = int) -> str:
    """Fork for each line that comes, answering with the process id and again at the end of it.

    Returns in each process that was forked, with its line; ends this one when no line will come,
    and the process that is under way. `after_each` is called when such a process has ended, before
    that is told.
    """
    import gc

    # What is loaded now is shared by all runs: keep the collector from touching its pages.
    gc.freeze()
    replies = channel.replies_write
    with os.fdopen(channel.jobs_read, "rb", buffering=0) as lines:
        for line in lines:
            pid = os.fork()
            if pid == 0:
                os.close(replies)
                os.setsid()
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                return line.decode()
            with contextlib.suppress(BrokenPipeError):
                os.write(replies, b"%d\n" % pid)
            _end_without_a_caller(pid, lines.fileno())
            _, status = os.waitpid(pid, 0)
            after_each()
            with contextlib.suppress(BrokenPipeError):
                os.write(replies, b"%d\n" % status)
    os._exit(0)


def _end_without_a_caller(pid: int, jobs: int) -> None:
    """Wait for a run to end, and end it when nobody waits for it: its caller was killed, say.

    Where the system does not tell of an end in this way, it returns at once.
    """
    import select

    try:
        ended = os.pidfd_open(pid)
    except (AttributeError, OSError):
        return
    try:
        either = select.poll()
        either.register(ended, select.POLLIN)
        either.register(jobs, 0)  # nothing but the end of the pipe
        if ended not in dict(either.poll()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
    finally:
        os.close(ended)


def preload_for(stages: Iterable[Stage]) -> list[str]:
    """Return the modules worth loading before runs: pytest, and what the stages' apps import."""
    import ast

    found = ["pytest", "pytest_flask.plugin", "workshop.suite.hooks"]
    found += [f"_pytest.{name}" for name in _plugins_of_pytest()]
    found += ["workshop.suite.client", "workshop.suite.launch", "workshop.suite.expect"]
    for stage in stages:
        for file in sorted(stage.solution.rglob("*.py")):
            with contextlib.suppress(SyntaxError):
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                        found.append(node.module)
                    elif isinstance(node, ast.Import):
                        found += [alias.name for alias in node.names]
    return list(dict.fromkeys(found))


def _plugins_of_pytest() -> tuple[str, ...]:
    from _pytest.config import default_plugins

    return default_plugins
