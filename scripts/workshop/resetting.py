"""Gives a starter back. What the student had is copied first, and the copy is named."""

import shutil
from datetime import datetime
from pathlib import Path

from workshop import hints, starters
from workshop.course import Stage
from workshop.errors import UsageError, cannot_write
from workshop.paths import shown, state_dir


def reset(stage: Stage) -> Path | None:
    """Put the starter back; return the folder with what was there, None when it was the starter.

    Raises:
        UsageError: when the backup cannot be written; nothing is changed then.

    """
    wanted = starters.yielded(stage)
    for name in wanted:
        if (stage.starter / name).is_dir():
            place = shown(stage.starter / name)
            raise UsageError(f"{place} is a folder: move it away or rename it, then try again.")
    before = {name for name in starters.student_files(stage)}
    data = stage.starter / "instance"
    if starters.student_files(stage) == wanted and not data.exists():
        return None
    backup = _new_folder(stage)
    try:
        for name in before:
            (backup / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(stage.starter / name, backup / name)
        if data.exists():
            shutil.copytree(data, backup / "instance")
    except OSError as error:
        raise UsageError(
            f"Cannot back up your work to {shown(backup)} ({error.strerror}), so nothing was "
            "changed: make room or make it writable, then try again."
        ) from error
    try:
        for name in before - wanted.keys():
            (stage.starter / name).unlink()
        if data.exists():
            shutil.rmtree(data)
        starters.write(stage)
    except OSError as error:
        refusal = cannot_write(error)
        raise UsageError(f"{refusal} Your work is also in {shown(backup)}.") from error
    hints.forget(stage)
    return backup


def _new_folder(stage: Stage) -> Path:
    parent = state_dir() / "backups"
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    for number in range(1, 1000):
        folder = parent / f"{stage.name}_{moment}{f'_{number}' if number > 1 else ''}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise cannot_write(error) from error
        return folder
    raise UsageError(f"There are too many backups in {shown(parent)}: delete some of them.")
