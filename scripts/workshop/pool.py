"""Many runs at once, in as many processes as the machine has cores."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from workshop.course import Stage
from workshop.outcomes import Outcome
from workshop.processes import preload_for, workers
from workshop.runs import Runner


@dataclass(frozen=True)
class Wanted:
    """One run to make: the suite of a stage on the app in a folder."""

    stage: Stage
    app_dir: Path
    test_seconds: float | None = None


def outcomes(wanted: Sequence[Wanted]) -> Iterator[tuple[int, Outcome]]:
    """Make the runs; yield the index and outcome of each as it ends."""
    preload = preload_for({item.stage.name: item.stage for item in wanted}.values())
    # The processes that fork are made before there are threads: a fork copies only its own thread.
    runners = [Runner(preload) for _ in range(min(workers(), len(wanted)))]
    free: SimpleQueue[Runner] = SimpleQueue()
    for runner in runners:
        free.put(runner)

    def make(item: Wanted) -> Outcome:
        runner = free.get()
        try:
            return runner.start(item.stage, item.app_dir, item.test_seconds).outcome()
        finally:
            free.put(runner)

    with ThreadPoolExecutor(max_workers=max(1, len(runners))) as threads:
        futures: dict[Future[Outcome], int] = {
            threads.submit(make, item): index for index, item in enumerate(wanted)
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            threads.shutdown(cancel_futures=True)
            _close(runners)


def _close(runners: Iterable[Runner]) -> None:
    for runner in runners:
        runner.__exit__(None, None, None)
