"""Drawings of coverage: how much of each file was run, and which lines of one file."""

from collections.abc import Mapping
from typing import Any

from workshop.lab import canvas
from workshop.lab.canvas import CHAR, GREEN, GREY, INK, LINE, RED

_MONO: dict[str, Any] = {"family": "DejaVu Sans Mono", "fontsize": 9, "color": INK, "va": "center"}
_BAR, _ROW = 4.2, 0.3


def files(report: Mapping[str, Any]) -> canvas.Drawing:
    """Draw a bar for each file: its statements, those that were run and those that were not.

    Args:
        report: what coverage's JSON report has under `files`.

    """
    rows = [
        (name, file["summary"]["covered_lines"], file["summary"]["num_statements"])
        for name, file in sorted(report.items())
        if file["summary"]["num_statements"]
    ]
    most = max(total for _, _, total in rows)
    left = max(len(name) for name, _, _ in rows) * CHAR + 0.3
    width, height = left + _BAR + 1.3, 0.6 + _ROW * len(rows) + 0.1
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.text(left, 0.3, "lines that a test runs, of all", fontsize=10, color=GREY, va="center")
    words = []
    for number, (name, run, total) in enumerate(rows):
        y = 0.6 + _ROW * number
        axes.text(left - 0.15, y + _ROW / 2, name, ha="right", **_MONO)
        for x, count, colour in ((0, run, GREEN), (run, total - run, RED)):
            if count:
                size = (_BAR * count / most, _ROW - 0.08)
                canvas.box(axes, left + _BAR * x / most, y + 0.04, *size, colour, rounding=0.02)
        said = f"{run} of {total}"
        axes.text(left + _BAR * total / most + 0.1, y + _ROW / 2, said, **_MONO)
        words.append(f"{name}: {said}")
    return canvas.drawing(figure, "\n".join(words))


def code(name: str, text: str, file: Mapping[str, Any]) -> canvas.Drawing:
    """Draw the lines of a file, marked by whether a test runs them.

    Args:
        name: the path of the file, to be shown.
        text: the file.
        file: what coverage's JSON report has on it.

    """
    lines = text.splitlines()
    run, missing = set(file["executed_lines"]), set(file["missing_lines"])
    jumps = {start: end for start, end in file.get("missing_branches", [])}
    width = (max(len(line) for line in lines) + 8) * CHAR + 2.6
    height = 0.6 + LINE * len(lines) + 0.1
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.text(0.15, 0.3, name, fontsize=12, fontweight="bold", color=INK, va="center")
    words = [name]
    for number, line in enumerate(lines, start=1):
        y = 0.6 + LINE * (number - 1)
        colour = GREEN if number in run else RED if number in missing else None
        if colour:
            canvas.box(axes, 0.15, y, width - 0.3, LINE, colour, rounding=0, linewidth=0)
        axes.text(0.55, y + LINE / 2, f"{number:>3}", ha="right", **_MONO | {"color": GREY})
        axes.text(0.75, y + LINE / 2, line, **_MONO)
        if number in jumps and number in run:
            where = "the end" if jumps[number] < 0 else f"line {jumps[number]}"
            said = f"never goes on to {where}"
            style: dict[str, Any] = {"fontsize": 9, "color": canvas.dark(RED), "va": "center"}
            axes.text(width - 0.3, y + LINE / 2, said, ha="right", **style)
            words.append(f"line {number} {said}")
    words.append(f"not run: {', '.join(map(str, sorted(missing))) or 'nothing'}")
    return canvas.drawing(figure, "\n".join(words))
