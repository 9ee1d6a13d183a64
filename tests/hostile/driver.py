"""Runs programs as the grader would, each with a leader and a keeper of its own.

It reads a job as JSON, and writes what became of each program. A process of its own does that, as
it forks, and pytest has threads.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from workshop.confinement import (
    Confinement,
    Limits,
    adopt,
    available,
    confine,
    drop,
    end_all,
    kernel,
    landlock,
    places,
    separate,
    view,
)

STUDENT, LEADER, ORDINARY = 64321, 64322, 64323
LIMITS = Limits(
    cpu_seconds=20, memory_bytes=1 << 30, file_bytes=4 << 20, processes=64, open_files=256
)


def main(job: dict[str, Any]) -> dict[str, Any]:
    """Run all programs of a job in its situation."""
    adopt()
    base = Path(job["base"])
    base.chmod(0o755)
    if os.geteuid() == 0:
        if job["situation"] == "root without namespaces":
            view.open_ways(places.readable([job["base"]]), STUDENT)
        elif job["situation"] != "root":
            os.chown(base, ORDINARY, ORDINARY)
            drop(ORDINARY, [job["base"]])
    _break(job["situation"])
    world, kept = _world(base)
    results = {}
    for name, code in job["programs"].items():
        result = _run(job["situation"], code, base / name, world)
        results[name] = result | {"neighbour": kept[-1].poll() is None}
    return {"available": sorted(available()), "results": results}


def _break(situation: str) -> None:
    """Make this machine refuse what a situation is without."""
    match situation:
        case "without namespaces" | "root without namespaces":
            kernel.unshare = _refuse
        case "without Landlock":
            landlock.restrict = _refuse
        case "without anything":
            kernel.call = _refuse
        case "elsewhere":
            kernel.is_linux = lambda: False
            os.pidfd_open = _refuse


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError("not on this machine")


def _world(base: Path) -> tuple[dict[str, Any], list[Any]]:
    """Start what is there beside programs, for anybody to use but the confined."""
    tcp = socket.create_server(("127.0.0.1", 0), backlog=64)
    path, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    path.bind(str(base / "socket"))
    (base / "socket").chmod(0o777)
    name = f"\0workshop-{os.getpid()}"
    abstract.bind(name)
    path.listen(64)
    abstract.listen(64)
    neighbour = subprocess.Popen(["sleep", "600"])
    world = {"socket": str(base / "socket"), "port": tcp.getsockname()[1], "abstract": name}
    # What a program starts has this among its words, by which it is found.
    world |= {"neighbour": neighbour.pid, "mark": f"left-behind-by-{os.getpid()}"}
    return world, [tcp, path, abstract, neighbour]


def _outside(folder: Path) -> str:
    """Make a folder that is somebody else's, though anybody may use it."""
    folder.mkdir()
    folder.chmod(0o777)
    for name in ("secret", "truncated", "deleted", "tool"):
        (folder / name).write_text("#!/bin/sh\n" if name == "tool" else name)
        (folder / name).chmod(0o777)
    return str(folder)


def _run(situation: str, code: str, folder: Path, world: dict[str, Any]) -> dict[str, Any]:
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, STUDENT, STUDENT)
    world = {**world, "outside": _outside(folder.with_name(f"{folder.name}-outside"))}
    # Files that it is given to read, though by their rights it might write them.
    world["given"] = _outside(folder.with_name(f"{folder.name}-given"))
    (folder / "escape").symlink_to(world["outside"])
    reader, writer = os.pipe()
    available()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _lead(situation, code, folder, world, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        output = pipe.read(1 << 20).decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    # What is left by a leader that was killed ends a moment later.
    until = time.monotonic() + (5 if "KILL THE LEADER" in code else 0)
    while (left := _left_behind(world["mark"])) and time.monotonic() < until:
        time.sleep(0.02)
    ended = end_all(but={world["neighbour"]})
    active, _, output = output.partition("\n")
    return {
        "active": active.split(),
        "output": output,
        "leader": os.waitstatus_to_exitcode(status),
        "left": left,
        "ended": ended and not _left_behind(world["mark"]),
        "seconds": time.monotonic() - began,
    }


def _lead(situation: str, code: str, folder: Path, world: dict[str, Any], writer: int) -> NoReturn:
    """Be the leader: its exit code says that it has come to its end."""
    is_control = situation == "control"
    if is_control:
        kernel.set_process(kernel.DUMPABLE, 1)
    else:
        separate()
    server = socket.create_server(("127.0.0.1", 0))
    here = {**world, "leader": os.getpid(), "inside": server.getsockname()[1], "copy": str(folder)}
    keeper = os.fork()
    if keeper == 0:
        server.close()
        _keep(is_control, code, folder, here, writer)
    os.close(writer)
    if not is_control:
        drop(LEADER)
    if "KILL THE LEADER" in code:
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(keeper, 0)
    os._exit(0)


def _keep(is_control: bool, code: str, folder: Path, here: dict[str, Any], writer: int) -> NoReturn:
    os.dup2(writer, 1)
    os.dup2(writer, 2)
    os.closerange(3, 256)
    active: frozenset[str] = frozenset()
    if not is_control:
        active = confine(Confinement((here["given"],), (str(folder),), LIMITS, STUDENT))
    os.write(1, " ".join(sorted(active)).encode() + b"\n")
    os.chdir(folder)
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        with contextlib.suppress(BaseException):
            try:
                exec(compile(code, "program", "exec"), {"W": here, "__name__": "__main__"})  # noqa: S102
            except BaseException as error:
                print(f"{type(error).__name__}: {error}")
            sys.stdout.flush()
        os._exit(0)
    os.waitpid(pid, 0)
    os._exit(0)


def _left_behind(mark: str) -> int:
    """Return how many processes are there that a program has named so."""
    count = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            count += mark in file.read_text(errors="replace")
    return count


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.stdin.read()))))
    end_all()
