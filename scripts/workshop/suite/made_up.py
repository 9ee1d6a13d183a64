"""Requests that Hypothesis makes up: the same ones in each run, whatever a process has loaded."""

from pathlib import Path

from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants


def alike(folder: Path) -> None:
    """Let what Hypothesis makes up, in this process, depend on its seed alone.

    It mixes in numbers and texts that stand in the modules which are loaded; those of the workshop
    are among them, and have nothing to do with the app that is tested.

    Args:
        folder: what Hypothesis may write to, instead of the folder of the app.

    """
    set_hypothesis_home_dir(folder)
    # There is no setting for it.
    nothing = Constants()
    providers._get_local_constants = lambda: nothing
