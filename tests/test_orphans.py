"""What a run has started ends with it, also where the run is killed and cannot clean up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait to be noticed."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
