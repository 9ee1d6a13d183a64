"""Runs the notebooks in kernels of their own, and compares what came out with what is committed.

A kernel is `.venv`'s own Python, whatever kernels the machine has registered; what it writes
beside its answers goes to a temporary folder. Text outputs are compared to the letter and pictures
by their kind, since fonts differ by machine; cells tagged `measures-time` only have to run.
"""

import argparse
import asyncio
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop import environment
from workshop.course import Stage
from workshop.errors import UsageError, cannot_write
from workshop.paths import REPOSITORY, VENV, shown

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

TARGETS = ("solutions", "stages")
MEASURES_TIME = "measures-time"
CELL_SECONDS = 120
AT_ONCE = 2
_ERROR_LINES = 6
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

# Told after each cell: the stage, how many cells have run, and how many there are.
Progress = Callable[[Stage, int, int], None]


@dataclass(frozen=True)
class NotebookResult:
    """What is known after a notebook ran.

    Attributes:
        stage: the stage that the notebook is about.
        target: `solutions` or `stages`.
        ok: whether every cell ran.
        cell: the number of the code cell that failed, or else differs; None where none did.
        error: what it raised, in few lines; empty when all ran.
        difference: how the outputs differ from the committed ones; empty when they are equal, and
            when the target is the student's, whose outputs may be anything.
        seconds: how long it took.
        notebook: the notebook with the outputs of this run.

    """

    stage: Stage
    target: str
    ok: bool
    cell: int | None
    error: str
    difference: str
    seconds: float
    notebook: "NotebookNode"

    @property
    def as_committed(self) -> bool:
        """Tell whether the outputs are those that are committed."""
        return self.ok and not self.difference

    @property
    def verdict(self) -> str:
        """Return in a line what was found."""
        if not self.ok:
            return f"cell {self.cell}: {self.error.splitlines()[0]}"
        if self.difference:
            return f"cell {self.cell}: {self.difference}"
        return "as committed" if self.target == "solutions" else "runs"


def run(stage: Stage, target: str = "solutions") -> NotebookResult:
    """Run a stage's notebook; nothing is written.

    Args:
        stage: the stage.
        target: `solutions`, or `stages` for the student's own app.

    Raises:
        UsageError: when there is no such notebook, or it cannot be read.

    """
    return next(results([stage], target))


def write(stage: Stage) -> NotebookResult:
    """Run a stage's notebook against the solution; keep its outputs where every cell ran."""
    result = run(stage)
    keep(result)
    return result


def keep(result: NotebookResult) -> None:
    """Commit to the outputs of a run: write them into the notebook, where every cell ran."""
    if result.ok:
        _write(result.stage.notebook, result.notebook)


def problems(stages: Sequence[Stage]) -> Iterator[str]:
    """Run notebooks against the solutions; yield for each what is wrong, or nothing."""
    missing = [stage for stage in stages if not has_notebook(stage)]
    found = results([stage for stage in stages if stage not in missing])
    for stage in stages:
        if stage in missing:
            yield f"{shown(stage.notebook)} is missing"
            continue
        result = next(found)
        yield "" if result.as_committed else f"{shown(stage.notebook)}, {result.verdict}"


def results(
    stages: Sequence[Stage], target: str = "solutions", progress: Progress | None = None
) -> Iterator[NotebookResult]:
    """Run the notebooks of several stages, two at a time; yield what was found, in their order.

    Raises:
        UsageError: when there is no such notebook, or it cannot be read.

    """
    require_runner()
    sources = [(stage, _read(stage)) for stage in stages]
    loop = _Loop()
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(stage: Stage, committed: "NotebookNode") -> NotebookResult:
        async with turns:
            return await _run_one(stage, committed, target, progress)

    runs = [loop.create_task(one(stage, committed)) for stage, committed in sources]
    try:
        for under_way in runs:
            yield loop.run_until_complete(under_way)
    finally:  # also when the caller has enough, or Ctrl-C: no kernel is left behind
        for under_way in runs:
            under_way.cancel()
        loop.run_until_complete(asyncio.gather(*runs, return_exceptions=True))
        loop.close()


class _Loop(asyncio.SelectorEventLoop):
    """A loop whose Ctrl-C ends everything; nbclient would end one kernel and go on with others."""

    def add_signal_handler(self, *_args: Any) -> None:  # type: ignore[override]  # takes none
        raise NotImplementedError


def require_runner() -> None:
    """Install what runs notebooks, where it is missing."""
    if Path(sys.prefix) == VENV or importlib.util.find_spec("nbclient") is None:
        environment.ensure("notebooks")


def add_target(parser: argparse.ArgumentParser) -> None:
    """Declare `TARGET`."""
    parser.add_argument(
        "--target",
        choices=TARGETS,
        help="whose app they run against: solutions (default), or stages for your own",
    )


def target_of(options: argparse.Namespace) -> str:
    """Return the target that `TARGET` or `WORKSHOP_TARGET` names, else the solutions.

    Raises:
        UsageError: when `WORKSHOP_TARGET` names neither.

    """
    target: str = options.target or os.environ.get("WORKSHOP_TARGET") or TARGETS[0]
    if target not in TARGETS:
        raise UsageError(f"WORKSHOP_TARGET={target} must be `solutions` or `stages`.")
    return target


def has_notebook(stage: Stage) -> bool:
    """Tell whether a stage has a notebook."""
    return stage.notebook.is_file()


def kernel_environment(stage: Stage, target: str) -> dict[str, str]:
    """Return the environment of a kernel: the target, the engine on the path, quiet tools."""
    scripts = str(REPOSITORY / "scripts")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK_", "MPL", "PYTEST_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "WORKSHOP_TARGET": target,
        "WORKSHOP_COURSE": str(stage.root),
        "PYTHONPATH": os.pathsep.join(filter(None, [scripts, os.environ.get("PYTHONPATH")])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


async def _run_one(
    stage: Stage, committed: "NotebookNode", target: str, progress: Progress | None
) -> NotebookResult:
    from copy import deepcopy

    from nbclient.exceptions import CellControlSignal, DeadKernelError

    notebook = _without_outputs(deepcopy(committed))
    started = time.monotonic()
    error = ""
    with tempfile.TemporaryDirectory(prefix="workshop-nb-", ignore_cleanup_errors=True) as scratch:
        steps = _Steps(stage, notebook, progress)
        client = _client(notebook, Path(scratch), steps)
        environment = kernel_environment(stage, target)
        environment |= {"TMPDIR": scratch, "TEMP": scratch, "IPYTHONDIR": scratch}
        try:
            await client.async_execute(
                cwd=str(stage.notebook.parent),
                env=environment,
                # What a kernel says of itself; the output of cells does not come this way.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except (CellControlSignal, DeadKernelError) as failure:
            error = _in_few_lines(failure)
    cell = steps.current if error else None
    difference = ""
    if not error and target == "solutions":
        cell, difference = _first_difference(committed, notebook)
    seconds = time.monotonic() - started
    return NotebookResult(
        stage, target, not error, cell, error, difference, seconds, _tidy(notebook)
    )


class _Steps:
    """How far a run has come, counted in code cells."""

    def __init__(self, stage: Stage, notebook: "NotebookNode", progress: Progress | None) -> None:
        self.current = 0
        self._stage = stage
        self._total = len(_code_cells(notebook))
        self._progress = progress

    def begin(self, cell: "NotebookNode", cell_index: int) -> None:
        """Note that a cell is sent to the kernel."""
        self.current += 1

    def end(self, cell: "NotebookNode", cell_index: int, execute_reply: dict[str, Any]) -> None:
        """Note that a cell has run."""
        if self._progress:
            self._progress(self._stage, self.current, self._total)


def _client(notebook: "NotebookNode", scratch: Path, steps: _Steps) -> "NotebookClient":
    """Return what runs a notebook, in a kernel that is this Python."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class OwnPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name=kernel_name, language="python")

    class Manager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(
                **options,
                kernel_spec_manager=OwnPython(),
                # Sockets that are files need no free port; zmq has none on Windows.
                transport="tcp" if os.name == "nt" else "ipc",
                connection_file=str(scratch / "kernel.json"),
            )

    return NotebookClient(
        notebook,
        kernel_manager_class=Manager,
        kernel_name="python3",
        timeout=CELL_SECONDS,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        on_cell_execute=steps.begin,
        on_cell_executed=steps.end,
    )


def _read(stage: Stage) -> "NotebookNode":
    import nbformat

    path = stage.notebook
    if not path.is_file():
        raise UsageError(
            f"Stage {stage.number} has no notebook {shown(path)}: `git checkout` brings it back."
        )
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except OSError as error:
        raise UsageError(f"{shown(path)} cannot be read: {error.strerror}.") from error
    except Exception as error:  # whatever the converters of old formats stumble over
        reason = (str(error).splitlines() or [""])[0]
        raise UsageError(f"{shown(path)} is not a notebook that can be read: {reason}") from error
    return notebook


def _write(path: Path, notebook: "NotebookNode") -> None:
    import nbformat

    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    try:
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise cannot_write(error) from error


def _without_outputs(notebook: "NotebookNode") -> "NotebookNode":
    for cell in _code_cells(notebook):
        cell.outputs = []
        cell.execution_count = None
    return notebook


def _tidy(notebook: "NotebookNode") -> "NotebookNode":
    """Leave in the metadata only what is the same on every machine."""
    import nbformat

    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {"kernelspec": kernel, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})  # type: ignore[no-untyped-call]
    return notebook


def _code_cells(notebook: "NotebookNode") -> list["NotebookNode"]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _first_difference(
    committed: "NotebookNode", notebook: "NotebookNode"
) -> tuple[int | None, str]:
    """Return the number of the first code cell whose outputs differ, and how; None if none do."""
    pairs = zip(_code_cells(committed), _code_cells(notebook), strict=True)
    for number, (before, after) in enumerate(pairs, start=1):
        if MEASURES_TIME in after.metadata.get("tags", ()):
            continue
        had, has = _comparable(before), _comparable(after)
        if had != has:
            return number, _how(had, has)
    return None, ""


def _comparable(cell: "NotebookNode") -> list[str]:
    """Return a cell's outputs as lines; of a picture only that it is one, and its words.

    The plain text comes first: a difference in it is easier to read than the same one in HTML.
    """
    lines: list[str] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            lines += [f"{output.name}: {line}" for line in output.text.splitlines()]
        data = output.get("data", {})
        for kind in sorted(data, key=lambda kind: (kind != "text/plain", kind)):
            content = data[kind]
            text = "(a picture)" if kind.startswith("image/") else str(content)
            lines += [f"{kind}: {line}" for line in text.splitlines()]
    return lines


def _how(had: list[str], has: list[str]) -> str:
    if not had:
        return "its output is not committed yet"
    if not has:
        return "it shows nothing, where an output is committed"
    pairs = zip(had, has, strict=False)
    old, new = next(((a, b) for a, b in pairs if a != b), ("", ""))
    if not old and not new:
        return f"it shows {len(has)} lines, where {len(had)} are committed"
    return f"it shows {_cut(new)}, where {_cut(old)} is committed"


def _cut(line: str, width: int = 90) -> str:
    text = line.partition(": ")[2].strip()
    return f"`{text[:width]}…`" if len(text) > width else f"`{text}`"


def _in_few_lines(failure: Exception) -> str:
    """Return what a cell raised, without the walls of its traceback."""
    if isinstance(failure, TimeoutError):
        return f"it did not end within {CELL_SECONDS} seconds"
    name, value = getattr(failure, "ename", ""), getattr(failure, "evalue", "")
    text = f"{name}: {value}" if name else str(failure)
    lines = [line.rstrip() for line in _ESCAPES.sub("", text).splitlines() if line.strip()]
    return "\n".join(lines[:_ERROR_LINES]) or type(failure).__name__
