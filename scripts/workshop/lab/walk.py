"""The walk of a request through the files of an app: which of its functions ran, and in what order.

It is traced, not described: a profiler notes each call of a function of the app's own.
"""

import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workshop.lab import canvas
from workshop.lab.canvas import CHAR, GREY, INK, SERIES
from workshop.suite.loader import AppLoader

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass
class Step:
    """One call: in which file, which function, how deep, and how many statements it sent itself."""

    file: str
    name: str
    note: str
    depth: int
    statements: int = 0
    times: int = 1

    @property
    def label(self) -> str:
        """Return the function, and how often it ran in a row."""
        return f"{self.name}()" if self.times == 1 else f"{self.name}() {self.times} times"

    @property
    def says(self) -> str:
        """Return what the function says about itself, and what it asked of the database."""
        plural = "s" if self.statements > 1 else ""
        sql = f"{self.statements} SQL statement{plural}" if self.statements else ""
        return " · ".join(filter(None, [self.note, sql]))


@contextmanager
def watched(loader: AppLoader, statements: Callable[[], int]) -> Iterator[list[Step]]:
    """Collect the calls of an app's own functions in the block.

    Args:
        loader: of the app.
        statements: counts the SQL statements that have been sent so far.

    """
    steps: list[Step] = []
    open_steps: list[Step] = []
    seen = statements()

    def count() -> None:
        nonlocal seen
        now = statements()
        if open_steps:
            open_steps[-1].statements += now - seen
        seen = now

    def note(frame: types.FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        # Bodies of modules and of classes are no functions, nor is a generator called by its name.
        is_function = code.co_flags & inspect.CO_OPTIMIZED and code.co_name[0] != "<"
        if event not in ("call", "return") or not is_function or not loader.owns(code):
            return
        count()
        if event == "return":
            if open_steps:
                open_steps.pop()
            return
        step = Step(loader.relative(code.co_filename), _name(code), _summary(code), len(open_steps))
        steps.append(step)
        open_steps.append(step)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield steps
    finally:
        sys.setprofile(before)
        count()
        steps[:] = _folded(steps)


def _name(code: types.CodeType) -> str:
    """Return a function's name; that of the class for its `__init__`."""
    return code.co_qualname.split(".")[-2] if code.co_name == "__init__" else code.co_name


def _summary(code: types.CodeType) -> str:
    """Return the first line of a function's docstring, cut where it is long."""
    doc = code.co_consts[0] if code.co_consts else None
    line = inspect.cleandoc(doc).partition("\n")[0] if isinstance(doc, str) else ""
    return textwrap.shorten(line, 68, placeholder=" …")


def _folded(steps: list[Step]) -> list[Step]:
    """Return the steps with equal ones in a row as one."""
    folded: list[Step] = []
    for step in steps:
        last = folded[-1] if folded else None
        if last and (last.file, last.name, last.depth) == (step.file, step.name, step.depth):
            last.times += 1
            last.statements += step.statements
        else:
            folded.append(step)
    return folded


def drawn(title: str, steps: list[Step]) -> canvas.Drawing:
    """Draw a walk: a lane for each file, time downwards, an arrow into each call."""
    lanes = list(dict.fromkeys(step.file for step in steps))
    indents = list(_indents(steps))
    widths = [_lane_width(lane, steps, indents) for lane in lanes]
    lefts = [0.15 + sum(widths[:number]) for number in range(len(widths) + 1)]
    bottom = _TOP + _ROW * len(steps)
    width = lefts[-1] + 0.35 + max([len(step.says) * 0.073 for step in steps] + [2.0])
    figure, axes = canvas.figure(width, bottom + 0.1)
    axes.set_xlim(0, width)
    axes.set_ylim(bottom + 0.1, 0)
    axes.text(0.15, 0.25, title, fontsize=12, fontweight="bold", color=INK, va="center")
    for number, file in enumerate(lanes):
        colour, middle = SERIES[number % len(SERIES)], lefts[number] + widths[number] / 2
        style: dict[str, Any] = {"fontsize": 8.5, "fontweight": "bold", "va": "center"}
        axes.text(middle, 0.65, file, ha="center", color=canvas.dark(colour), **style)
        axes.plot([lefts[number + 1]] * 2, [0.55, bottom], color="#DDDDDD", zorder=0)
    callers: list[tuple[float, float]] = []
    for number, (step, indent) in enumerate(zip(steps, indents, strict=True)):
        column, y = lanes.index(step.file), _TOP + _ROW * number
        left = lefts[column] + 0.08 + _INDENT * indent
        right = left + len(step.label) * CHAR + 0.1
        canvas.box(axes, left, y, right - left, 0.27, SERIES[column % len(SERIES)])
        font: dict[str, Any] = {"family": "DejaVu Sans Mono", "fontsize": 9, "color": INK}
        axes.text((left + right) / 2, y + 0.14, step.label, ha="center", va="center", **font)
        del callers[step.depth :]
        if callers:
            x, above = callers[-1]
            _arrow(axes, x, above, left if x < left else right, y + 0.135)
        callers.append((left + 0.08, y + 0.27))
        axes.text(lefts[-1] + 0.15, y + 0.14, step.says, fontsize=9, color=INK, va="center")
    words = [f"{'  ' * step.depth}{step.file} {step.label}: {step.says}" for step in steps]
    return canvas.drawing(figure, "\n".join([title, *words]))


_TOP, _ROW, _INDENT = 0.95, 0.36, 0.2


def _indents(steps: list[Step]) -> Iterator[int]:
    """Yield for each step how many of its callers are in the same file."""
    files: list[str] = []
    for step in steps:
        del files[step.depth :]
        yield files.count(step.file)
        files.append(step.file)


def _lane_width(lane: str, steps: list[Step], indents: list[int]) -> float:
    boxes = [
        len(step.label) * CHAR + 0.1 + _INDENT * indent
        for step, indent in zip(steps, indents, strict=True)
        if step.file == lane
    ]
    return max(len(lane) * 0.082, *boxes) + 0.2


def _arrow(axes: "Axes", x: float, y: float, to_x: float, to_y: float) -> None:
    """Draw the way from the bottom of a caller down, and into the side of what it calls."""
    axes.plot([x, x], [y, to_y], color=GREY, lw=1, zorder=0.5)
    head: dict[str, Any] = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0, "lw": 1}
    axes.annotate("", (to_x, to_y), (x, to_y), arrowprops=head)
