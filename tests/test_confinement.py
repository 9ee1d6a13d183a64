"""What a hostile program can do when it is confined, and what a good one still can."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.confinement import (
    LEVELS,
    Limits,
    descendants,
    kernel,
    level_of,
    limits,
    missing,
    probe,
    rights,
    seccomp,
)
from workshop.errors import UsageError

HERE = Path(__file__).resolve().parent
PROGRAMS = runpy.run_path(str(HERE / "hostile" / "programs.py"))
CONTROLLED, MEAN, FINE, FINE_WITH = (
    PROGRAMS[name] for name in ("CONTROLLED", "MEAN", "FINE", "FINE_WITH")
)
ATTACKS = CONTROLLED | PROGRAMS["HOSTILE"]
CODES = {name: code for name, (_, code) in (ATTACKS | FINE_WITH).items()} | MEAN | FINE

# The most that a situation reaches: less when this machine has less. "root" is whoever runs the
# tests, who may be anybody.
SITUATIONS = {
    "root": "full",
    "ordinary": "full",
    "root without namespaces": "files",
    "without namespaces": "files",
    "without Landlock": "files",
}
ALL = {"limits", "user", "undumpable", "landlock", "signals", "seccomp"}
ALL |= {"network", "ipc", "processes", "view"}
_NAMESPACES = {"network", "ipc", "processes", "view"}
LACKING = {
    "root without namespaces": _NAMESPACES,
    "without namespaces": _NAMESPACES,
    "without Landlock": {"landlock", "signals"},
}
SLOW = ("without namespaces", "gunicorn_on_a_path")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of it")


def _run(situation, names, base):
    programs = {name: f"{PROGRAMS['PRELUDE']}\n{CODES[name]}\nprint('DID')" for name in names}
    job = {"situation": situation, "programs": programs, "base": str(base)}
    done = subprocess.run(
        [sys.executable, HERE / "hostile" / "driver.py"],
        input=json.dumps(job),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE.parent / "scripts")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _stopped_by(name):
    return set(ATTACKS[name][0].split()) if name in ATTACKS else set()


def _is_stopped(name, active):
    strict = {"strict"} if "seccomp" in active and not {"view", "user"} & active else set()
    return bool(_stopped_by(name) & (active | strict))


def _problem(name, result):
    """Return what is not as it should be with a program, if anything."""
    active, output = set(result["active"]), result["output"]
    if not output.startswith("BEGAN"):
        return "has not run"
    if name in FINE and "DID" not in output:
        return "does not work"
    if name in FINE_WITH and "DID" not in output and active & set(FINE_WITH[name][0].split()):
        return "does not work"
    if name in ATTACKS and "DID" in output and _is_stopped(name, active):
        return "is not stopped"
    return ""


def _how_it_ended(name, result):
    """Return what is not as it should be once a program has ended, if anything."""
    if result["left"]:
        return "has left processes, for others to end"
    if not result["ended"]:
        return "has left processes that cannot be ended"
    if not result["neighbour"]:
        return "has ended a process that is not its own"
    if result["seconds"] > 25:
        return "has ended too late"
    if result["leader"] != (-9 if name == "outlive_leader" else 0):
        return "has ended its leader"
    return ""


def _check(situation, names, base, *checks):
    """Run programs in a situation, and check what became of each; return what was active."""
    done = _run(situation, names, base)
    results = done["results"]
    assert set(results) == set(names)
    problems = [
        f"{name} {problem}: {result}"
        for name, result in results.items()
        for problem in (check(name, result) for check in checks)
        if problem
    ]
    assert not problems, "\n".join(problems)
    (active,) = {tuple(result["active"]) for result in results.values()}
    return set(active)


def _check_level(situation, active, most):
    """Check that all is active that works on this machine, but for what the situation is without.

    Where all of it works, that is known to be a level.
    """
    have = set(probe.available()) - {"user"}
    if situation.startswith("root") and os.geteuid() == 0:
        have |= {"user"}
    assert active == have - LACKING.get(situation, set())
    if have | {"user"} == ALL:
        assert level_of(active) == most


def test_unconfined_a_program_does_what_it_is_for(tmp_path):
    """Else it would not show anything that it does not when it is confined."""

    def check(_, result):
        return "" if "DID" in result["output"] else "cannot do it at all"

    assert _check("control", CONTROLLED, tmp_path, check) == set()


@pytest.mark.parametrize(("situation", "most"), SITUATIONS.items())
def test_confined_a_program_does_what_it_may(tmp_path, situation, most):
    if situation in ("ordinary", "root without namespaces") and os.geteuid() != 0:
        pytest.skip("is another one, where the tests do not run as root")
    # gunicorn tries for long to get a socket that is refused.
    names = [name for name in CODES if (situation, name) != SLOW]
    active = _check(situation, names, tmp_path, _problem, _how_it_ended)
    _check_level(situation, active, most)


@pytest.mark.parametrize("situation", ["without anything", "elsewhere"])
def test_limits_are_kept_where_there_is_nothing_else(tmp_path, situation):
    names = [name for name in CODES if name in FINE or "limits" in _stopped_by(name)]
    assert _check(situation, names, tmp_path, _problem) == {"limits"}


def test_levels_ask_for_more_and_more():
    assert LEVELS == ("none", "limits", "user", "files", "full")
    assert level_of(set()) == "none"
    assert level_of({"landlock", "seccomp"}) == "none"
    assert level_of({"limits", "signals"}) == "user"
    assert level_of({"limits", "user", "view"}) == "files"
    assert level_of(ALL) == "full"
    assert level_of(ALL - {"user"}) == "full"
    for name in ("landlock", "view", "seccomp", "network", "processes"):
        assert level_of(ALL - {name}) == "files"


def test_what_a_level_lacks_is_one_line():
    assert missing("full", ALL) == ""
    line = missing("full", ALL - {"network", "seccomp"})
    assert line == (
        "isolation full needs what is not to be had here: a filter of system calls (seccomp); "
        "a network of its own. This machine reaches files."
    )
    with pytest.raises(UsageError, match="There is no isolation most: choose from none, limits"):
        missing("most", ALL)


def test_a_user_who_cannot_reach_python_is_refused(monkeypatch):
    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda _: None)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="The user 4711 cannot read Python in "):
        rights.become(4711)


def test_a_filter_is_for_an_architecture_that_it_knows():
    assert seccomp._program("x86_64", True) != seccomp._program("aarch64", True)
    assert len(seccomp._program("aarch64", False)) > len(seccomp._program("aarch64", True))
    with pytest.raises(OSError, match="no filter of system calls has been written for riscv64"):
        seccomp._program("riscv64", True)


def test_what_the_system_lacks_is_an_error_to_leave_it_out_by():
    with pytest.raises(OSError, match="there is no such_function here"):
        kernel.call("such_function")


def test_a_user_s_processes_are_counted():
    before = limits.running(os.getuid())
    with subprocess.Popen(["sleep", "60"]) as one, subprocess.Popen(["sleep", "60"]) as two:
        # Others come and go meanwhile, but none of them is that many.
        after = limits.running(os.getuid())
        one.kill()
        two.kill()
    assert before > 0
    assert after > 0
    assert limits.running(4_000_000_000) == 0


def test_limits_are_never_more_than_they_were():
    code = (
        "import resource; from workshop.confinement import limits, Limits\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))\n"
        "assert limits.apply(Limits(), 0)\n"
        "print(*(resource.getrlimit(n) for n in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)))"
    )
    env = {"PYTHONPATH": str(HERE.parent / "scripts")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout == "(99, 99) (0, 0)\n", done.stderr
    assert Limits().open_files > 99


def test_processes_are_found_without_proc_too():
    with subprocess.Popen(["sleep", "60"]) as child:
        row = (child.pid, os.getpid())
        for table in (descendants._table(), descendants._table_of_ps()):
            # It may just be starting, whatever its state is.
            assert row in {(pid, parent) for pid, parent, _ in table}
        child.kill()
