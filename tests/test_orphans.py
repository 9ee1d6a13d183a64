"""What a run has started ends with it, also where the run is killed and cannot clean up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workshop.suite import orphans

REPOSITORY = Path(__file__).resolve().parents[1]

PARENT = """
import subprocess, sys, time
from workshop.suite.orphans import die_with_parent

words = [sys.executable, "-c", "import time; time.sleep(60)"]
child = subprocess.Popen(words, preexec_fn=die_with_parent, start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux offers it")
def test_a_child_dies_with_a_parent_that_is_killed():
    environment = {"PYTHONPATH": str(REPOSITORY / "scripts"), "PATH": ""}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert _is_alive(child)
        parent.kill()
    has_ended = _ends(child)
    if not has_ended:
        os.kill(child, signal.SIGKILL)
    assert has_ended


# Several children, each with memory that the system has to take back: that is what takes time.
FAMILY = """
import os, time
held = bytearray(b"x" * 100_000_000)
for _ in range(4):
    if os.fork() == 0:
        held[:: 4096] = b"y" * len(held[:: 4096])
        break
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of it")
def test_nothing_of_a_program_is_left_when_it_was_ended(tmp_path: Path) -> None:
    printed = tmp_path / "pids"
    with printed.open("wb") as output:
        process = orphans.start([sys.executable, "-c", FAMILY], output)
    try:
        until = time.monotonic() + 20
        while len(pids := printed.read_text().split()) < 5 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(pids) == 5
    finally:
        orphans.end(process)
    assert [pid for pid in pids if _is_alive(int(pid))] == []


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait to be noticed."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def _ends(pid: int) -> bool:
    """Wait for the end of a process; tell whether it came."""
    until = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not _is_alive(pid)


# A run that hangs, and so does what it has started.
GRADER = """
import os, time
from workshop.processes import Zygote

def serve(next_line):
    next_line()
    child = os.fork()
    if child:
        print(os.getpid(), child, flush=True)
    time.sleep(60)

Zygote.several(1, serve)[0].run("a job").wait(None)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of it")
def test_a_run_ends_with_who_wanted_it() -> None:
    environment = {"PYTHONPATH": str(REPOSITORY / "scripts"), "PATH": ""}
    with subprocess.Popen(
        [sys.executable, "-c", GRADER], env=environment, stdout=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdout
        run, child = map(int, grader.stdout.readline().split())
        assert _is_alive(run)
        assert _is_alive(child)
        grader.kill()
    have_ended = [_ends(pid) for pid in (run, child)]
    if not all(have_ended):
        os.killpg(run, signal.SIGKILL)
    assert have_ended == [True, True]
