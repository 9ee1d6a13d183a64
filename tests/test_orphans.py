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
    until = time.monotonic() + 10
    while _is_alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    is_alive = _is_alive(child)
    if is_alive:
        os.kill(child, signal.SIGKILL)
    assert not is_alive


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


GRADER = """
import os, time
from workshop.processes import Zygote

def serve(next_line):
    file = next_line()
    if os.fork() == 0:
        time.sleep(60)
    with open(file.strip() + ".new", "w") as new:
        new.write(str(os.getpid()))
    os.rename(file.strip() + ".new", file.strip())
    time.sleep(60)

run = Zygote.several(1, serve)[0].run({file!r})
run.wait(None)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of it")
def test_a_run_ends_with_who_wanted_it(tmp_path: Path) -> None:
    file = tmp_path / "run"
    environment = {"PYTHONPATH": str(REPOSITORY / "scripts"), "PATH": ""}
    code = GRADER.format(file=str(file))
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as grader:
        until = time.monotonic() + 10
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.02)
        run = int(file.read_text())
        assert orphans._any_lives(run)
        grader.kill()
    until = time.monotonic() + 10
    while orphans._any_lives(run) and time.monotonic() < until:
        time.sleep(0.02)
    lives = orphans._any_lives(run)
    if lives:
        os.killpg(run, signal.SIGKILL)
    assert not lives
