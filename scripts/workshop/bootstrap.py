"""Makes `.venv` on first use and goes on inside it, with the standard library alone.

A layer is a requirements file and the stamp that says it is installed. The first layer is what
every command needs; `environment.ensure` adds further ones when a command asks for them.
"""

import importlib.util
import io
import os
import sys
from pathlib import Path

from workshop.errors import UsageError, cannot_use, cannot_write
from workshop.front import typed_words
from workshop.paths import REPOSITORY, VENV

# What no command does without: a package that has gone would look like a fault of the student's.
_NEEDED = ("flask", "pytest", "_pytest")
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main(argv: list[str]) -> int:
    """Run one command of the workshop; return its exit code (0 green, 1 not green, 2 usage)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal is no reason to stop
    argv = typed_words(argv)
    try:
        _enter_venv(argv)
        from workshop import cli

        return cli.main(argv)
    except UsageError as refusal:
        # One line, whatever was typed: a name can hold a line break.
        print(" ".join(str(refusal).splitlines()), file=sys.stderr)
        return 2
    except ModuleNotFoundError as missing:
        if (missing.name or "workshop").startswith("workshop"):
            raise
        print(broken_venv(f"{missing.name} is missing"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has gone: nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(cannot_use(error), file=sys.stderr)
        return 2


def _enter_venv(argv: list[str]) -> None:
    """Return inside `.venv`; elsewhere make sure of it and replace this process by its Python."""
    stamp = VENV / "workshop-base"
    inside = Path(sys.prefix) == VENV
    if not _is_current(stamp) or not (inside or os.path.lexists(PYTHON)):
        from workshop import environment

        try:
            environment.ensure("base")
        except OSError as error:
            raise cannot_write(error) from error
    if inside:
        if gone := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
            raise broken_venv(f"{gone[0]} is missing")
        return
    if Path(sys.executable) == PYTHON:  # to start it again would go on for ever
        raise broken_venv("its Python does not find its own packages")
    command = [str(PYTHON), str(REPOSITORY / "scripts" / "workshop"), *argv]
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.call(command))
    try:
        sys.stdout.flush()
        os.execv(command[0], command)
    except OSError as error:
        raise broken_venv(str(error.strerror or error)) from error


def _is_current(stamp: Path) -> bool:
    """Tell cheaply whether the stamp is as new as the requirements; `environment` looks closer."""
    try:
        return stamp.stat().st_mtime_ns >= (REPOSITORY / "requirements.txt").stat().st_mtime_ns
    except OSError:
        return False


def broken_venv(reason: str) -> UsageError:
    """Return the refusal for a virtual environment that cannot be used as it is."""
    return UsageError(
        f".venv is broken ({reason}): delete the folder {VENV} and try again, it is made anew."
    )
