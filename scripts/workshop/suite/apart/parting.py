"""Parts a run from what is the student's, before anything of the suite is in its process."""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workshop import confinement
from workshop.confinement import Confinement, Limits
from workshop.suite import trials
from workshop.suite.apart.gone import Gone
from workshop.suite.apart.host import Host, scrub

if TYPE_CHECKING:
    from workshop.suite.session import Job

# One process of an app serves all tests of a run, each of which is bounded by itself.
_CPU_SECONDS = 600
# What a process without rights can do to those that it forks, and what they all share.
_OF_TRIALS = {"limits", "network", "ipc", "landlock", "signals", "seccomp", "undumpable", "user"}


def part(
    job: "Job", on_gone: Callable[[Gone], None], own_files: Callable[[], Sequence[int]]
) -> frozenset[str]:
    """Let a job's app run apart, or the tests that are the student's, each confined.

    This process has no more rights than its own part needs afterwards. `Host.current` is what
    starts apps then.

    Args:
        job: the job.
        on_gone: is told of an app that has ended, or hangs.
        own_files: returns the files that are open here, and not for the student's.

    Returns:
        The names of what confines the student's.

    Raises:
        OSError: something fails that has worked when it was tried.
        RuntimeError: what is to keep the app apart has not started.
        UsageError: the user, as whom it is to run, cannot reach Python.

    """
    scrub()
    os.environ["TMPDIR"] = os.environ["HOME"] = tempfile.tempdir = job.work
    confinement.separate()
    user = job.user if os.geteuid() == 0 else None
    if user is not None:
        for folder in (job.work, job.app_dir):
            _give(folder, user)
    if job.app:
        host = _host(job, user)
        host.on_gone = on_gone
        Host.current, active = host, host.confined_by
    else:
        trials.Bench.enter = staticmethod(lambda folder: _enter(folder, own_files()))
        active = confinement.available() & _OF_TRIALS
    if job.seed_file:
        # Read where nothing will be forked from that a student's code runs in.
        os.environ["WORKSHOP_SEED"] = Path(job.seed_file).read_text(encoding="ascii")
    reach = [place for place in (job.root, job.hidden) if place]
    confinement.drop(user, reach=reach, writable=(job.work, job.app_dir))
    return active


def _host(job: "Job", user: int | None) -> Host:
    limited = Confinement(
        readable=(job.app_dir,),
        writable=(job.work, job.app_dir),
        limits=Limits(cpu_seconds=_CPU_SECONDS),
        user=user,
    )
    return Host(Path(job.app_dir), job.app, lambda: confinement.confine(limited))


def _enter(folder: Path, own_files: Sequence[int]) -> None:
    """Confine this process, in which tests of the student's are about to run."""
    for number in own_files:
        os.close(number)
    confinement.confine(Confinement(writable=(str(folder),)))


def _give(top: str, user: int) -> None:
    """Give a folder, with all that is in it, to a user."""
    for folder, _, files in os.walk(top):
        os.chown(folder, user, user)
        for name in files:
            os.chown(Path(folder, name), user, user, follow_symlinks=False)
