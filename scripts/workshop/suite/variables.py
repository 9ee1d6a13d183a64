"""Prints which variables of the environment a student's files ask for when production starts.

Run as a program, in the app's folder: `python -m workshop.suite.variables`. It imports `wsgi.py`,
and reads `gunicorn.conf.py` as Gunicorn does. A variable is asked for by a file of the folder, or
for it by a library outside of the frameworks, which ask for plenty that is their own.
"""

import json
import os
import runpy
import sys
from pathlib import Path
from types import FrameType

# They read the environment for others: what they ask for was named by their caller.
_READERS = ("os", "collections", "_collections_abc", "environs", "decouple", "environ", "dotenv")


def main() -> None:
    """Start the app, and print a list of names as JSON."""
    folder = str(Path.cwd())
    asked: set[str] = set()
    environ = type(os.environ)
    get = environ.__getitem__

    def note(self: "os._Environ[str]", name: str) -> str:
        if _is_asked_in(folder, sys._getframe(1)):
            asked.add(name)
        return get(self, name)

    environ.__getitem__ = note  # type: ignore[method-assign]
    sys.path.insert(0, folder)
    for file in ("wsgi.py", "gunicorn.conf.py"):
        if Path(file).is_file():
            runpy.run_path(str(Path(folder, file)), run_name=file)
    sys.stdout.write(json.dumps(sorted(asked)) + "\n")


def _is_asked_in(folder: str, frame: FrameType | None) -> bool:
    """Tell whether it is a file of the folder that asks, through whatever reads for it."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        is_frozen = frame.f_code.co_filename.startswith("<")
        if module not in _READERS and not is_frozen:
            file = frame.f_code.co_filename
            return file.startswith(folder + os.sep) and "site-packages" not in file
        frame = frame.f_back
    return False


if __name__ == "__main__":
    main()
