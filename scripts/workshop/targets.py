"""Which folder of an app a command is about: the student's, the solution, or any copy."""

import argparse
from pathlib import Path

from workshop.course import Stage
from workshop.errors import UsageError
from workshop.front import command_line
from workshop.paths import shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `TARGET` and `DIR`."""
    parser.add_argument("--target", choices=["stages", "solutions"], default="stages")
    parser.add_argument("--dir", help="any copy of the stage's app")


def folder(stage: Stage, options: argparse.Namespace) -> Path:
    """Return the folder of the app that the options name.

    Raises:
        UsageError: when there is no such folder, no app in it, or the stage has lost its suite.

    """
    check_suite(stage)
    if options.dir is not None:
        return _checked_copy(stage, options.dir)
    chosen = stage.solution if options.target == "solutions" else stage.starter
    for file in expected_files(stage):
        if not (chosen / file).exists():
            restore = (
                command_line("reset-stage", stage.number)
                if chosen == stage.starter
                else f"git checkout {shown(chosen)}"
            )
            raise UsageError(f"{shown(chosen / file)} is missing: `{restore}` gives it back.")
    return chosen


def check_suite(stage: Stage) -> None:
    """Refuse to call green what lost tests can no longer refuse."""
    shared = stage.root / "stages" / "conftest.py"
    if not shared.is_file():
        raise UsageError(f"{shown(shared)} is missing: `git checkout {shown(shared)}` restores it.")
    where = shown(stage.suite_dir)
    texts = [file.read_text(encoding="utf-8") for file in stage.suite_dir.glob("test_*.py")]
    if not texts:
        raise UsageError(f"There are no tests in {where}: `git checkout {where}` restores them.")
    # A suite may be told in tables what to test.
    texts += [file.read_text(encoding="utf-8") for file in stage.suite_dir.rglob("*.toml")]
    for task in stage.tasks:
        if not any(f'"{task.id}"' in text for text in texts):
            raise UsageError(
                f"The tests of `{task.id}` are missing in {where}: "
                f"`git checkout {where}` restores them."
            )


def expected_files(stage: Stage) -> list[str]:
    """Return what has to be there: the app's module, or the folders of what is written for it."""
    if stage.app_is_given:
        return [name for name in stage.edits if name.endswith("/")]
    module = stage.app.partition(":")[0]
    is_package = any((folder / module).is_dir() for folder in (stage.solution, stage.starter))
    return [f"{module}/__init__.py" if is_package else f"{module}.py"]


def _checked_copy(stage: Stage, name: str) -> Path:
    path = Path(name).expanduser()
    if not name.strip() or not path.is_dir():
        raise UsageError(f"DIR={name} is not a folder: name the one that holds the stage's app.")
    for file in expected_files(stage):
        if not (path / file).exists():
            raise UsageError(
                f"There is no {file} in {name}: DIR names the folder that holds the stage's app."
            )
    return path.resolve()
