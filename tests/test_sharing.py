"""Several processes at the tests of one run."""

import itertools
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="shared only where there is fork")

# In a process of its own: one that has threads, as a worker of xdist does, is never forked.
_WORK = """
import os, sys, threading, time
from workshop.suite.sharing import Shared

folder, count, processes, alone_seconds, pause, threads = sys.argv[1], *map(float, sys.argv[2:])
mine = 0
if threads:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

def fork(number):
    global mine
    pid = os.fork()
    if pid == 0:
        mine = number
    return pid

shared = Shared(int(count), int(processes), alone_seconds, fork)
for number, following in shared.turns():
    with open(f"{folder}/{mine}", "a") as file:
        file.write(f"{number} {following}\\n")
    time.sleep(pause)
shared.wait()
"""


def _work(folder, count, processes, alone_seconds, pause=0.0, threads=0):
    """Work through `count` tests; return what each process took, by its number."""
    numbers = map(str, (count, processes, alone_seconds, pause, threads))
    subprocess.run([sys.executable, "-c", _WORK, str(folder), *numbers], check=True, timeout=60)
    return {int(file.name): file.read_text().splitlines() for file in folder.iterdir()}


def _numbers(taken):
    return sorted(int(line.split()[0]) for lines in taken.values() for line in lines)


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_each_test_is_taken_once(tmp_path, processes):
    assert _numbers(_work(tmp_path, 300, processes, 0)) == list(range(300))


def test_no_test_at_all(tmp_path):
    assert _work(tmp_path, 0, 3, 0) == {}


def test_a_short_run_is_left_to_one_process(tmp_path):
    assert set(_work(tmp_path, 20, 3, 60)) == {0}


def test_others_join_a_long_run_when_nothing_is_set_up(tmp_path):
    taken = _work(tmp_path, 60, 2, 0.05, pause=0.01)
    assert set(taken) == {0, 1}
    assert _numbers(taken) == list(range(60))
    # Before the fork the first process was told that nothing follows, so that it tears down.
    assert any(line.endswith(" None") for line in taken[0][:-1])


def test_each_process_is_told_what_follows(tmp_path):
    for lines in _work(tmp_path, 50, 2, 0, pause=0.001).values():
        for line, after in itertools.pairwise(lines):
            assert line.split()[1] == after.split()[0]


def test_nobody_is_forked_from_a_process_with_threads(tmp_path):
    assert set(_work(tmp_path, 20, 2, 0, threads=1)) == {0}


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has nobody to share with")
def test_a_long_check_is_shared_and_reported_whole(course):
    pids = course.path("pids")
    pids.mkdir()
    course.write(
        "stages/01_tiny/tests/test_slow.py",
        "import os, time\nimport pytest\n\n\n"
        '@pytest.mark.parametrize("number", range(40))\n'
        "def test_slow(client, number):\n"
        '    """Slow number {number}."""\n'
        f"    open({str(pids)!r} + f'/{{os.getpid()}}', 'a').close()\n"
        "    time.sleep(0.05)\n",
    )
    answer = course.run("check-stage", "1", "--target", "solutions")
    assert "all 43 requirements are met" in answer.out
    assert len(list(pids.iterdir())) == os.cpu_count()
