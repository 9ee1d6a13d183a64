"""Begins a new stage: a copy of the last solution, and what a stage needs beside it."""

import re
from pathlib import Path

from workshop import course, starters
from workshop.course import Stage
from workshop.errors import UsageError

_TOML = """\
title = "{title}"
app = "{app}"
changes = []   # the files of the solution that this stage adds or changes
omits = []     # the files that the starter leaves out
try = [
  "curl -i http://127.0.0.1:{{port}}/",
]

# One table a task, in the order in which a student builds them:
# [[tasks]]
# id = "kebab-case"
# title = "What to build, in a few words"
# hints = ["Where to look.", "Which tool.", "Its shape."]
tasks = []
"""

_LESSON = """\
# Stage {number}: {title}

What you will have built, why it matters, and how to check it: `make check-stage {number}`.

<!-- One heading a task, with its id: "## Task: its title (`task-id`)" -->
"""

_TEST = '''\
"""What works from the start, and has to go on working."""

from workshop.suite import expect


def test_unknown_path_is_404(client):
    """A path that the app does not know is answered with 404."""
    expect(client.get("/api/nothing-here")).status(404, "there is nothing at this path")
'''


def new_stage(slug: str, title: str) -> Stage:
    """Make the folders and files of the stage after the last one; return it.

    Args:
        slug: the name of the folder without its number, as in `status_codes`.
        title: the title, as in `Status codes`.

    Raises:
        UsageError: when the slug is not one, or the folder exists.

    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
        raise UsageError(f"`{slug}` is no slug: use a-z, 0-9 and _, as in `status_codes`.")
    if '"' in title or "\\" in title or not title.isprintable():
        raise UsageError("A title is one line without quotes and backslashes.")
    last = course.stages()[-1]
    name = f"{last.number + 1:02}_{slug}"
    folder = last.root / "stages" / name
    solution = last.root / "solutions" / name
    if folder.exists() or solution.exists():
        raise UsageError(f"There is a {name} already: choose another slug.")
    for path, text in starters.solved(last).items():
        (solution / path).parent.mkdir(parents=True, exist_ok=True)
        (solution / path).write_bytes(text.encode())
    (folder / "tests").mkdir(parents=True)
    (last.root / "tests" / "wrong" / f"{last.number + 1:02}").mkdir(parents=True, exist_ok=True)
    _write(folder / "stage.toml", _TOML.format(title=title, app=last.app))
    _write(folder / "README.md", _LESSON.format(number=last.number + 1, title=title))
    _write(folder / "tests" / "test_given.py", _TEST)
    stage = course.load(folder)
    starters.write(stage)
    return stage


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
