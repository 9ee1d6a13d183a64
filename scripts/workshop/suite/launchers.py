"""Which launcher a suite gets: one that starts apps in this process, or apart from it."""

from pathlib import Path
from typing import Any, cast

from workshop.suite.exchange import Recorder
from workshop.suite.launch import Launcher
from workshop.suite.loader import AppLoader


def launcher(directory: Path, target: str, recorder: Recorder) -> Launcher:
    """Return what starts an app.

    Args:
        directory: the folder of the app.
        target: where the app is in it, as in `app:app`.
        recorder: keeps what is asked of it.

    """
    from workshop.suite.apart.host import Host
    from workshop.suite.apart.launcher import ApartLauncher

    if Host.current:
        apart: Any = ApartLauncher(Host.current, recorder)
        return cast(Launcher, apart)
    return Launcher(AppLoader(directory, target), recorder)
