"""The suite's side of an app apart: has the keeper start a guest and programs of the app."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import IO, ClassVar

from workshop.suite.apart.gone import Gone
from workshop.suite.apart.keeper import Keeper, Refused, listen_for_hello, who_says_hello
from workshop.suite.apart.link import Link
from workshop.suite.apart.started import Started

# What of this process's environment is for the student's: nothing that names or opens anything.
_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT")
_CLOSE_SECONDS = 5.0
_OURS = ("WORKSHOP_", "PYTEST_")


class Host:
    """Has the keeper start a guest, which serves all tests of a run, and programs.

    `until` is when what a test asks has to be answered, as `time.monotonic` counts; `on_gone` is
    told of a guest that has not.
    """

    current: ClassVar["Host | None"] = None

    def __init__(self, directory: Path, target: str, confine: Callable[[], Set[str]]) -> None:
        """Start the keeper.

        Args:
            directory: the folder of the app.
            target: where the app is in it, as in `app:app`.
            confine: run in the keeper before it starts anything; returns what is active.

        """
        self.directory = directory
        self.until: float | None = None
        self.on_gone: Callable[[Gone], None] = lambda gone: None
        self._keeper = Keeper(directory, target, confine)
        self._work = tempfile.gettempdir()
        self._link: Link | None = None

    @property
    def confined_by(self) -> frozenset[str]:
        """Return the names of what confines the app."""
        return self._keeper.confined_by

    def guest(self) -> Link:
        """Return the guest, which is a new one where the last one has gone."""
        if self._link is None or not self._link.is_open:
            self._link = self._forked()
            self._link.on_gone = self.on_gone
        self._link.until = self.until
        return self._link

    def end_test(self) -> None:
        """Let the guest close what a test has started."""
        if self._link and self._link.is_open:
            self._link.until = time.monotonic() + _CLOSE_SECONDS
            with contextlib.suppress(Gone):
                self._link.ask("close")
                self._link.begin_anew()

    def _forked(self) -> Link:
        ours, theirs = listen_for_hello()
        with contextlib.ExitStack() as files:
            written = [files.enter_context(self._file()) for _ in range(3)]
            try:
                inner = self._keeper.fork(theirs, [file.fileno() for file in written])
                theirs.close()
                pid = who_says_hello(ours, inner)
            except (OSError, Refused) as error:
                raise Gone("crowded") from error
            files.pop_all()
        return Link(ours, pid, *written)

    def start(
        self,
        command: Sequence[str],
        output: "IO[bytes] | int" = subprocess.DEVNULL,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Started:
        """Start a program of the app, confined as guests are; see `orphans.start`."""
        ours, theirs = listen_for_hello()
        with ours, theirs, Path(os.devnull).open("wb") as nowhere:
            file = nowhere if isinstance(output, int) else output
            whole = environment(os.environ if env is None else env)
            place = cwd or self.directory
            try:
                inner = self._keeper.start(command, place, whole, theirs, file.fileno())
                return Started(self._keeper, inner, who_says_hello(ours, inner))
            except (OSError, Refused) as error:
                raise Gone("crowded") from error

    def _file(self) -> IO[bytes]:
        """Return a file without a name."""
        return tempfile.TemporaryFile(dir=self._work, buffering=0)


def environment(values: Mapping[str, str]) -> dict[str, str]:
    """Return variables for the student's side: what tests have set, without what is ours."""
    return {name: value for name, value in values.items() if not name.startswith(_OURS)}


def scrub() -> None:
    """Take from this process's environment all that is not for a student's program."""
    for name in set(os.environ) - set(_PASSED_ON):
        if not name.startswith(_OURS):
            del os.environ[name]
