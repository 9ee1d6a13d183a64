"""The drawing of one body on its way through a schema: what was sent, judged, and shown."""

import json
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workshop.lab import canvas
from workshop.lab.answer import Answer
from workshop.lab.canvas import BLUE, CHAR, GREEN, GREY, INK, LINE, ORANGE, PALE, RED
from workshop.lab.wire import timeless

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MONO: dict[str, Any] = {"family": "DejaVu Sans Mono", "fontsize": 10, "color": INK, "va": "center"}
_HEAD: dict[str, Any] = {"fontsize": 11, "fontweight": "bold", "color": INK, "va": "center"}
_NONE = object()
_TEXT_WIDTH = 28
_COLUMN = (_TEXT_WIDTH + 2) * CHAR
_NAME, _GAP = 1.15, 0.4


@dataclass(frozen=True)
class _Step:
    """What became of one field. `sent` and `shown` are empty where there was none."""

    field: str
    sent: list[str]
    fate: list[str]
    shown: list[str]
    colour: str

    @property
    def height(self) -> float:
        return LINE * max(len(self.sent), len(self.fate), len(self.shown), 1) + 0.22


def passage(answer: Answer) -> canvas.Drawing:
    """Draw what became of each field of a JSON body: sent, judged by the schema, shown.

    Args:
        answer: to a request with a JSON object, in the envelope of stage 3.

    """
    steps = list(_steps(answer))
    top, bottom = 0.75, 0.15
    width = 0.15 + _NAME + 3 * _COLUMN + 2 * _GAP + 0.15
    height = top + sum(step.height for step in steps) + bottom
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    heads = ("sent", "the schema", f"answered with {answer.status}")
    for number, head in enumerate(heads):
        axes.text(_left(number), 0.5, head, **_HEAD)
    axes.text(0.15, 0.2, answer.request_line, **_MONO | {"color": GREY})
    y = top
    for step in steps:
        _draw(axes, y, step)
        y += step.height
    return canvas.drawing(figure, "\n".join([_title(answer), *map(_words, steps)]))


def _left(column: int) -> float:
    return 0.15 + _NAME + column * (_COLUMN + _GAP)


def _steps(answer: Answer) -> "list[_Step]":
    sent, body = _object(answer.exchange.body), _dictionary(answer.json)
    shown = _dictionary(body.get("data"))
    faults = _dictionary(_dictionary(body.get("error")).get("details"))
    fields = dict.fromkeys([*sent, *faults, *shown])
    return [
        _step(field, *(found.get(field, _NONE) for found in (sent, faults, shown)))
        for field in fields
    ]


def _object(text: str) -> dict[str, Any]:
    try:
        return _dictionary(json.loads(text))
    except ValueError:
        return {}


def _dictionary(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _step(field: str, sent: object, fault: object, shown: object) -> _Step:
    if fault is not _NONE:
        messages = fault if isinstance(fault, list) else [str(fault)]
        fate, colour = " ".join(map(str, messages)), RED
    elif sent is _NONE:
        fate, colour = "filled in", GREEN
    elif shown is _NONE:
        fate, colour = "right, and yet not taken", GREY
    elif sent == shown:
        fate, colour = "taken as it is", BLUE
    else:
        fate, colour = "taken, and put in order", ORANGE
    return _Step(field, _lines(sent), _wrapped(fate), _lines(shown), colour)


def _lines(value: object) -> list[str]:
    if value is _NONE:
        return []
    return _wrapped(timeless(json.dumps(value, ensure_ascii=False)))


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, _TEXT_WIDTH)
    return [*lines[:2], "…"] if len(lines) > 3 else lines


def _draw(axes: "Axes", y: float, step: _Step) -> None:
    middle = y + step.height / 2
    name = step.field if len(step.field) <= 12 else f"{step.field[:11]}…"
    axes.text(0.15, middle, name, **_MONO | {"fontweight": "bold", "fontsize": 9.5})
    for column, lines in enumerate((step.sent, step.fate, step.shown)):
        x, judged = _left(column), column == 1
        style: dict[str, Any] = {} if judged else {"facecolor": "white" if lines else PALE}
        if not lines:
            style |= {"linestyle": ":", "edgecolor": GREY}
        colour = step.colour if judged else GREY
        canvas.box(axes, x, y + 0.05, _COLUMN, step.height - 0.1, colour, **style)
        for number, line in enumerate(lines):
            place = middle + LINE * (number - (len(lines) - 1) / 2)
            axes.text(x + CHAR, place, line, **_MONO | ({"fontsize": 9} if judged else {}))
    if step.sent:
        _arrow(axes, _left(1) - _GAP, middle, step.colour)
    if step.shown:
        _arrow(axes, _left(2) - _GAP, middle, step.colour)


def _arrow(axes: "Axes", x: float, y: float, colour: str) -> None:
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "color": colour, "shrinkA": 2, "shrinkB": 2}
    axes.annotate("", (x + _GAP, y), (x, y), arrowprops=arrow | {"linewidth": 1.5})


def _title(answer: Answer) -> str:
    return f"{answer.request_line} -> {answer.status_line}"


def _words(step: _Step) -> str:
    sent, shown = (" ".join(lines) or "nothing" for lines in (step.sent, step.shown))
    return f"{step.field}: {sent} sent, {' '.join(step.fate)}, {shown} shown"
