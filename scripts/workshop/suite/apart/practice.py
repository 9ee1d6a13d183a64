"""What an app of a stage loads beside what it imports at its top: found out by running one.

Libraries import much only when it is used. Where that is loaded before guests are forked, no test
waits for it.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workshop.course import Stage
from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher, preserved_environment
from workshop.suite.loader import AppLoader


def modules_of(stage: Stage) -> Iterator[str]:
    """Yield the names of the modules that are loaded when a stage's solution is used a little.

    It runs in a process of its own: nothing of the solution stays in this one.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            before = set(sys.modules)
            _use(stage)
            found = [name for name in sys.modules if name not in before and _is_library(name)]
            with os.fdopen(write, "w") as told:
                json.dump(found, told)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        text = told.read()
    os.waitpid(pid, 0)
    yield from json.loads(text or "[]")


def _use(stage: Stage) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    with (
        tempfile.TemporaryDirectory(prefix="workshop-practice-") as folder,
        preserved_environment(),
    ):
        os.chdir(folder)
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder, 'app.db').as_posix()}"
        launcher = Launcher(AppLoader(stage.solution, stage.app), Recorder())
        for command in stage.prepare or ("--help",):
            launcher.command(command.split(), {}, "", None)
        client = launcher.launch().test_client()
        client.get("/")
        client.post("/", json={})


def _is_library(name: str) -> bool:
    file = getattr(sys.modules[name], "__file__", None) or ""
    return os.sep + "solutions" + os.sep not in file
