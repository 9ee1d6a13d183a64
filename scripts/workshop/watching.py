"""Checks a stage after every save, from a process that has the libraries loaded."""

import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from workshop import report
from workshop.course import Stage
from workshop.outcomes import Outcome
from workshop.paths import shown
from workshop.processes import CAN_FORK, workers
from workshop.runs import Running, runners
from workshop.starters import is_left_behind

_POLL_SECONDS = 0.02

# Of each save, whether the suite was changed in it.
Saves = queue.SimpleQueue[bool]


def outcomes(stage: Stage, folder: Path) -> Iterator[Outcome]:
    """Yield an outcome now and after each save, until the caller stops.

    A save while a run is under way ends that run and starts another one. The suite is collected
    once: the outcomes end when it was changed, and the caller begins anew, in a new process.
    """
    # The process that forks is made before the thread that watches: a fork copies no threads.
    with runners(1, stage, folder, processes=workers())[0] as runner:
        saves: Saves = queue.SimpleQueue()
        _start_watching(folder, stage.suite_dir, saves)
        while True:
            outcome = _finish(runner.start(stage, folder), saves)
            if outcome:
                yield outcome
            if _next_save(saves) and CAN_FORK:
                return


def _finish(running: Running, saves: Saves) -> Outcome | None:
    """Wait for a run, showing how far it is; None when a save has made it out of date."""
    waited = 0.0
    while not running.wait(_POLL_SECONDS) and waited < running.stage.suite_seconds:
        waited += _POLL_SECONDS
        if not saves.empty():
            running.cancel()
            return None
        _show_state(running)
    return running.outcome(0)


def _next_save(saves: Saves) -> bool:
    """Wait for a save, unless there is one; tell whether the suite was changed in any so far."""
    changed = saves.get()
    while not saves.empty():
        changed = saves.get() or changed
    return changed


def _show_state(running: Running) -> None:
    if not sys.stdout.isatty():
        return
    done, total = running.progress()
    state = f"{done} of {total}" if total else "loading"
    print(f"\r\033[KChecking ... {state}", end="", flush=True)


def _start_watching(folder: Path, suite: Path, saves: Saves) -> None:
    import watchfiles

    folders = {folder.resolve(), suite.resolve()}

    def relevant(change: watchfiles.Change, path: str) -> bool:
        # What lies above a folder says nothing: somebody keeps the whole clone in an `instance/`.
        inside = [Path(path).relative_to(f) for f in folders if Path(path).is_relative_to(f)]
        return not any(is_left_behind(relative) for relative in inside)

    def watch() -> None:
        for changes in watchfiles.watch(*folders, watch_filter=relevant, step=5, debounce=50):
            saves.put(any(Path(path).is_relative_to(suite.resolve()) for _, path in changes))

    threading.Thread(target=watch, daemon=True).start()


def show(outcome: Outcome) -> None:
    """Print one verdict, on a cleared screen where there is one, so that no old one is above it."""
    if sys.stdout.isatty():
        print("\033[H\033[2J\033[3J", end="")
    report.page_of(outcome, watched=True).print()
    print(f"\nChecked in {outcome.seconds:.2f} s. Watching {shown(outcome.app_dir)}; Ctrl-C ends.")
    sys.stdout.flush()
