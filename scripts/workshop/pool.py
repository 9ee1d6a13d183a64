"""Many runs at once, in as many processes as the machine has cores."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.course import Stage
from workshop.outcomes import Outcome
from workshop.processes import workers
from workshop.runs import Hidden, Runner, Running, runners

_POLL_SECONDS = 0.005
# Runs beside each other, and beside whatever else is tested at the time, have less of the machine
# than a student's one: what is only slow must not look as if it hung.
_PATIENCE = 4


@dataclass(frozen=True)
class Wanted:
    """One run to make: the suite of a stage on the app in a folder.

    `test_seconds` bounds a test, for programs that hang; others get more time than is usual. `only`
    names the one test to run; the whole suite is run when it is empty. `hidden` are more of them.
    """

    stage: Stage
    app_dir: Path
    test_seconds: float | None = None
    only: str = ""
    hidden: Hidden | None = None


# Makes so many of what starts runs of one suite, given the folder of an app to load it for.
Make = Callable[[int, Stage, Path], list[Runner]]


def outcomes(
    wanted: Sequence[Wanted], make: Make = runners, at_once: int = 0
) -> Iterator[tuple[int, Outcome]]:
    """Make the runs, stage by stage; yield the index and outcome of each as it ends.

    Args:
        wanted: the runs.
        make: makes what starts them.
        at_once: how many at a time; as many as go well on this machine when 0.

    """
    by_stage: dict[str, list[int]] = {}
    for index, item in enumerate(wanted):
        by_stage.setdefault(item.stage.name, []).append(index)
    with _Pool(wanted, make, at_once or workers()) as pool:
        for indices in by_stage.values():
            yield from pool.start(indices)
        yield from pool.ended(at_most=0)


class _Pool:
    """The runs under way. The last ones of a stage go on while the next stage begins.

    No threads wait for them: a fork copies only its own thread, and each stage begins with one.
    """

    def __init__(self, wanted: Sequence[Wanted], make: Make, at_once: int) -> None:
        self._wanted = wanted
        self._make = make
        self._at_once = at_once
        self._free: list[Runner] = []
        # With each run its runner, and the list in which that waits for the next run.
        self._at_work: dict[int, tuple[Running, Runner, list[Runner]]] = {}

    def __enter__(self) -> "_Pool":
        return self

    def __exit__(self, *exc: object) -> None:
        _close([*self._free, *(runner for _, runner, _ in self._at_work.values())])

    def start(self, indices: Sequence[int]) -> Iterator[tuple[int, Outcome]]:
        """Start all runs of a stage, each when a core is free; yield those that have ended."""
        _close(self._free)
        first = self._wanted[indices[0]]
        count = min(self._at_once, len(indices))
        self._free = self._make(count, first.stage, first.app_dir)
        for index in indices:
            yield from self.ended(at_most=self._at_once - 1)
            runner = self._free.pop()
            item = self._wanted[index]
            seconds = item.test_seconds or _PATIENCE * item.stage.test_seconds
            running = runner.start(item.stage, item.app_dir, seconds, item.only, item.hidden)
            self._at_work[index] = running, runner, self._free

    def ended(self, at_most: int) -> Iterator[tuple[int, Outcome]]:
        """Wait until at most so many are at work; yield those that have ended."""
        while len(self._at_work) > at_most:
            for index, (running, runner, home) in list(self._at_work.items()):
                late = running.seconds() > running.stage.suite_seconds
                if running.wait(_POLL_SECONDS) or late:
                    outcome = _outcome(running)
                    del self._at_work[index]
                    home.append(runner)
                    if home is not self._free:
                        _close([runner])  # its stage has no more runs
                    yield index, outcome


def _outcome(running: Running) -> Outcome:
    """Return the outcome of a run that is over; what cannot be read is no other run's."""
    try:
        return running.outcome(0)
    except Exception as error:
        running.cancel()
        detail = {"message": f"what it reported cannot be read: {type(error).__name__}: {error}"}
        return Outcome(running.stage, running.app_dir, [], stopped="suite_broken", detail=detail)


def _close(runners: Iterable[Runner]) -> None:
    for runner in runners:
        runner.__exit__(None, None, None)
