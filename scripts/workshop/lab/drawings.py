"""The drawings of the notebooks, one function each. Lengths are inches, y goes down the page."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workshop.lab import canvas
from workshop.lab.answer import Answer
from workshop.lab.canvas import BLUE, CHAR, GREEN, GREY, INK, LINE, ORANGE, PALE, PURPLE, RED, SKY
from workshop.lab.routes import convert
from workshop.lab.wire import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MONO: dict[str, Any] = {"family": "DejaVu Sans Mono", "fontsize": 10, "color": INK, "va": "center"}
_LABEL: dict[str, Any] = {"fontsize": 8.5, "va": "center", "fontweight": "bold"}
_BODY_WIDTH = 46


def anatomy(answer: Answer) -> canvas.Drawing:
    """Draw a request taken apart, and the response beside it."""
    exchange = answer.exchange
    path, _, query = exchange.path.partition("?")
    start = [("method", exchange.method, BLUE), ("path", path, ORANGE)]
    if query:
        start.append(("query string", f"?{query}", SKY))
    sent = next((v for k, v in exchange.headers if k == "Content-Type"), "")
    left = _Message("Request", start, answer.request_headers, readable(exchange.body, sent))
    code, _, reason = answer.status_line.partition(" ")
    right = _Message(
        "Response",
        [("status", code, BLUE), ("reason", reason, ORANGE)],
        answer.response_headers,
        readable(answer.text, answer.media_type),
    )
    gap, margin = 0.3, 0.12
    height = max(left.height, right.height)
    width = 2 * margin + left.width + gap + right.width
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    left.draw(axes, margin)
    right.draw(axes, margin + left.width + gap)
    return canvas.drawing(figure, f"{left.words()}\n{right.words()}")


class _Message:
    """One side of an exchange, in blocks: the parts of its first line, headers, body."""

    def __init__(
        self,
        title: str,
        start: list[tuple[str, str, str]],
        headers: list[tuple[str, str]],
        body: str,
    ) -> None:
        self.title = title
        self.start = start
        self.headers = [f"{name}: {value}" for name, value in headers]
        self.body = [
            part
            for line in body.splitlines()
            for part in textwrap.wrap(line, _BODY_WIDTH, subsequent_indent="  ") or [""]
        ]

    @property
    def width(self) -> float:
        longest = max(len(line) for line in [*self.headers, *self.body, "x" * 24])
        start = sum(self._slot(label, text) for label, text, _ in self.start)
        return max((longest + 2) * CHAR, start)

    @property
    def height(self) -> float:
        body = max(len(self.body), 1)
        return 0.55 + 0.62 + 0.42 + LINE * (len(self.headers) + body) + 0.45

    def words(self) -> str:
        parts = [f"{label} {text}" for label, text, _ in self.start]
        parts += [f"headers {'; '.join(self.headers)}"]
        parts += [
            f"body {' '.join(line.strip() for line in self.body)}" if self.body else "no body"
        ]
        return f"{self.title}: {', '.join(parts)}."

    def draw(self, axes: "Axes", x: float) -> None:
        axes.text(x, 0.22, self.title, fontsize=12, fontweight="bold", color=INK, va="center")
        y = self._draw_start(axes, x, 0.55)
        y = self._draw_block(axes, x, y, "headers", self.headers, GREEN)
        self._draw_block(axes, x, y, "body", self.body, PURPLE)

    def _draw_start(self, axes: "Axes", x: float, y: float) -> float:
        for label, text, colour in self.start:
            width = (len(text) + 1) * CHAR
            axes.text(x, y, label, color=canvas.dark(colour), **_LABEL)
            canvas.box(axes, x, y + 0.12, width, 0.28, colour)
            axes.text(x + CHAR / 2, y + 0.26, text, **_MONO)
            x += self._slot(label, text)
        return y + 0.62

    def _draw_block(
        self, axes: "Axes", x: float, y: float, label: str, lines: list[str], colour: str
    ) -> float:
        axes.text(x, y, label, color=canvas.dark(colour), **_LABEL)
        rows = lines or ["no body"]
        height = LINE * len(rows) + 0.1
        style: dict[str, Any] = {} if lines else {"facecolor": "white", "linestyle": ":"}
        canvas.box(axes, x, y + 0.12, self.width, height, colour, **style)
        for number, line in enumerate(rows):
            place = y + 0.17 + LINE * (number + 0.5)
            axes.text(x + CHAR, place, line, **(_MONO if lines else _MONO | {"color": GREY}))
        return y + height + 0.33

    @staticmethod
    def _slot(label: str, text: str) -> float:
        return max((len(text) + 1) * CHAR, len(label) * 0.085) + 0.12


def converters(names: Sequence[str], texts: Sequence[str]) -> canvas.Drawing:
    """Draw which converter accepts which text in a path, and what the view is given.

    Args:
        names: converters as they stand in a rule, as in `int` or `any(red,green)`.
        texts: what a client might write in the variable's place.

    """
    grid = [[convert(name, text) for name in names] for text in texts]
    columns = zip(names, zip(*grid, strict=True), strict=True)
    widths = [_column_width(name, values) for name, values in columns]
    left, row = max(len(_cut(text)) for text in texts) * CHAR + 0.5, 0.36
    width, height = left + sum(widths) + 0.15, 0.55 + row * len(texts) + 0.5
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    for number, text in enumerate(texts):
        y = 0.55 + row * (number + 0.5)
        axes.text(left - 0.15, y, f"/{_cut(text)}", **_MONO, ha="right")
    x = left
    for column, (name, width) in enumerate(zip(names, widths, strict=True)):
        heading = _MONO | {"fontweight": "bold"}
        axes.text(x + width / 2, 0.3, name, **heading, ha="center")
        for number, line in enumerate(grid):
            _draw_cell(axes, x, 0.55 + row * number, width, row, line[column])
        x += width
    y = height - 0.24
    axes.text(left, y, "coloured: accepted, with what the view is given", color=INK, **_LABEL)
    axes.text(left + 3.6, y, "404: this rule does not fit", color=GREY, **_LABEL)
    return canvas.drawing(figure, "\n".join(_accepted(names, texts, grid)))


def _column_width(name: str, values: Iterable[object | None]) -> float:
    longest = max(len(_given(value)) for value in values)
    return max(0.8, len(name) * CHAR + 0.2, longest * CHAR * 0.85 + 0.25)


def _cut(text: str, width: int = 16) -> str:
    return f"{text[: width - 1]}…" if len(text) > width else text


def _draw_cell(
    axes: "Axes", x: float, y: float, width: float, height: float, value: object | None
) -> None:
    accepted = value is not None
    style: dict[str, Any] = {} if accepted else {"facecolor": PALE, "edgecolor": "white"}
    canvas.box(axes, x + 0.03, y + 0.03, width - 0.06, height - 0.06, BLUE, **style)
    font = _MONO | {"fontsize": 8.5, "color": INK if accepted else GREY}
    axes.text(x + width / 2, y + height / 2, _given(value), ha="center", **font)


def _given(value: object | None) -> str:
    if value is None:
        return "404"
    if isinstance(value, str):
        return repr(_cut(value))
    return repr(value) if isinstance(value, int | float) else f"{type(value).__name__}(…)"


def _accepted(
    names: Sequence[str], texts: Sequence[str], grid: list[list[object | None]]
) -> Iterable[str]:
    for text, line in zip(texts, grid, strict=True):
        taken = [
            f"{name} as {_given(value)}"
            for name, value in zip(names, line, strict=True)
            if value is not None
        ]
        yield f"/{_cut(text)}: {', '.join(taken) or 'refused by all'}"


# What a cell of a matrix looks like, by the sign of its text: good, bad, neither.
_MATRIX = {"+": BLUE, "-": RED, "": GREY}


def matrix(
    rows: Mapping[str, Mapping[str, str]], *, columns: Sequence[str], title: str = ""
) -> canvas.Drawing:
    """Draw what is said of each row in each column, as a table of coloured cells.

    Args:
        rows: the texts of each row by its name, by column. One that begins with `+` is good and
            blue, one that begins with `-` is bad and red, all others are grey; the sign is not
            drawn. Where there is none the cell is empty.
        columns: the columns, from left to right.
        title: what is to be seen, in a line.

    """
    texts = [text for row in rows.values() for text in row.values()]
    left = max((len(name) for name in rows), default=10) * CHAR + 0.3
    wide = max([*map(len, columns), *map(len, texts), 4]) * CHAR * 0.9 + 0.2
    top, high = 0.95 if title else 0.5, 0.3
    width, height = left + wide * max(len(columns), 1) + 0.15, top + high * max(len(rows), 1) + 0.15
    figure, axes = canvas.figure(max(width, 6), height)
    axes.set_xlim(0, max(width, 6))
    axes.set_ylim(height, 0)
    axes.text(0.12, 0.3, title, fontsize=11.5, fontweight="bold", color=INK, va="center")
    words = [title] if title else []
    for number, column in enumerate(columns):
        x = left + wide * (number + 0.5)
        axes.text(x, top - 0.2, column, ha="center", **_MONO | {"fontweight": "bold"})
    for number, (name, row) in enumerate(rows.items()):
        y = top + high * number
        axes.text(0.12, y + high / 2, name, **_MONO)
        for place, column in enumerate(columns):
            if column in row:
                _draw_verdict(axes, left + wide * place, y, wide, high, row[column])
        told = [f"{column} {row[column]}" for column in columns if column in row]
        words.append(f"{name}: {', '.join(told) or 'nothing'}")
    if not rows:
        axes.text(0.12, top + 0.1, "there is nothing to be drawn", color=GREY, va="center")
        words.append("there is nothing to be drawn")
    return canvas.drawing(figure, "\n".join(words))


def _draw_verdict(axes: "Axes", x: float, y: float, width: float, height: float, text: str) -> None:
    sign = text[:1] if text[:1] in _MATRIX else ""
    colour = _MATRIX[sign]
    canvas.box(axes, x + 0.03, y + 0.03, width - 0.06, height - 0.06, colour, rounding=0.04)
    font = _MONO | {"fontsize": 8.5, "color": canvas.dark(colour)}
    shown = text.removeprefix(sign) if sign else text
    axes.text(x + width / 2, y + height / 2, shown, ha="center", **font)


def decisions(
    steps: Sequence[tuple[str, str, int, Answer]], end: tuple[int, Answer]
) -> canvas.Drawing:
    """Draw the questions that decide the status of an answer, each leaf with a real exchange.

    Args:
        steps: for each question its text, the reply that leaves the tree there (`yes` or `no`), the
            status that belongs to it, and an answer of the app.
        end: the status at the bottom, and an answer of the app.

    """
    row, question, leaf, gap = 0.78, 2.7, 4.3, 0.75
    width, height = 0.15 + question + gap + leaf + 0.15, row * (len(steps) + 1) + 0.1
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    words = []
    for number, (text, reply, status, answer) in enumerate(steps):
        y, middle = row * number + 0.14, 0.15 + question / 2
        canvas.box(axes, 0.15, y, question, 0.5, GREY, facecolor=PALE)
        axes.text(middle, y + 0.25, text, fontsize=9.5, color=INK, ha="center", va="center")
        _arrow(axes, (0.15 + question, y + 0.25), (0.15 + question + gap, y + 0.25), reply)
        _arrow(axes, (middle, y + 0.5), (middle, y + row), "no" if reply == "yes" else "yes")
        words.append(
            f"{text} {reply}: {_leaf(axes, 0.15 + question + gap, y, leaf, status, answer)}"
        )
    y = row * len(steps) + 0.14
    words.append(f"Otherwise: {_leaf(axes, 0.15, y, leaf, *end)}")
    return canvas.drawing(figure, "\n".join(words))


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float], label: str) -> None:
    arrow: dict[str, Any] = {
        "arrowstyle": "-|>",
        "color": GREY,
        "shrinkA": 0,
        "shrinkB": 0,
        "linewidth": 1.2,
    }
    axes.annotate("", end, start, arrowprops=arrow)
    across = start[1] == end[1]
    x, y = (start[0] + end[0]) / 2 - 0.05, (start[1] + end[1]) / 2
    place = (x, y - 0.12) if across else (start[0] + 0.1, y - 0.03)
    axes.text(*place, label, fontsize=9, color=INK, ha="center" if across else "left", va="center")


def chain(steps: Sequence[tuple[str, str]], at: str | None) -> canvas.Drawing:
    """Draw a chain of revisions, the one that a database is at marked.

    Args:
        steps: the name of each revision and what it says of itself, the first one first.
        at: the name of the one that the database is at; None when it is at none.

    """
    box, gap, height = 2.6, 0.95, 1.5
    places = [(None, "nothing yet"), *steps]
    width = 0.3 + box * len(places) + gap * (len(places) - 1)
    figure, axes = canvas.figure(width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    words = []
    for number, (name, says) in enumerate(places):
        x, here = 0.15 + number * (box + gap), name == at
        style: dict[str, Any] = {"linewidth": 2} if here else {"facecolor": PALE}
        canvas.box(axes, x, 0.2, box, 0.85, GREEN if here else GREY, **style)
        heading = _MONO | {"fontweight": "bold"}
        axes.text(x + box / 2, 0.37, name or "base", **heading, ha="center")
        lines = textwrap.wrap(says, 34)[:2]
        for line, text in enumerate(lines):
            axes.text(
                x + box / 2,
                0.62 + 0.2 * line,
                text,
                fontsize=9,
                color=INK,
                ha="center",
                va="center",
            )
        if here:
            axes.text(
                x + box / 2,
                1.25,
                "the database is here",
                color=canvas.dark(GREEN),
                **_LABEL,
                ha="center",
            )
        if number:
            _arrow(axes, (x - gap, 0.5), (x, 0.5), "upgrade")
            _arrow(axes, (x, 0.85), (x - gap, 0.85), "downgrade")
        words.append(f"{name or 'base'}: {says}{' (the database is here)' if here else ''}")
    return canvas.drawing(figure, "\n".join(words))


_CLASSES = {2: GREEN, 3: SKY, 4: ORANGE, 5: RED}


def _leaf(axes: "Axes", x: float, y: float, width: float, status: int, answer: Answer) -> str:
    """Draw an answer's status and its request; return the same in words."""
    colour = _CLASSES.get(answer.status // 100, GREY)
    wrong = answer.status != status
    style: dict[str, Any] = {"linestyle": "--", "linewidth": 2} if wrong else {}
    canvas.box(axes, x, y, width, 0.5, colour, **style)
    code = f"{answer.status_line}{f'  (not {status})' if wrong else ''}"
    axes.text(x + 0.12, y + 0.16, code, fontsize=10, fontweight="bold", color=INK, va="center")
    axes.text(x + width - 0.12, y + 0.16, answer.error_code, **_MONO | {"fontsize": 8}, ha="right")
    axes.text(x + 0.12, y + 0.36, answer.request_line, **_MONO | {"fontsize": 8.5})
    return " ".join(filter(None, [answer.request_line, "->", code, answer.error_code]))


# The end of a line: its x and y, the name, and the colour.
_End = tuple[float, float, str, str]
# How high a name is, with a little air.
_LABEL_POINTS = 13


def lines(
    series: Mapping[str, Mapping[float, float | None]], *, x: str, y: str, title: str = ""
) -> canvas.Drawing:
    """Draw one line for each series of points, named at its end.

    Args:
        series: the points of each line by its name, y by x; None where there is nothing.
        x: what the horizontal axis counts.
        y: what the vertical axis counts.
        title: what is to be seen, in a line.

    """
    figure, page = canvas.figure(8, 4.2)
    page.remove()
    axes = figure.add_axes((0.09, 0.14, 0.6, 0.74))
    axes.set_title(title, loc="left", fontsize=11.5, fontweight="bold", color=INK, pad=12)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)
    words = [title] if title else []
    looks = zip(series.items(), canvas.SERIES, canvas.MARKERS, strict=False)
    empty = 0
    ends: list[_End] = []
    for (name, measured), colour, marker in looks:
        points = {at: value for at, value in measured.items() if value is not None}
        if not points:
            note = f"{name}: nothing was measured"
            axes.text(1.03, 0.95 - 0.08 * empty, note, transform=axes.transAxes, color=GREY)
            words.append(note)
            empty += 1
            continue
        axes.plot(list(points), list(points.values()), color=colour, marker=marker, markersize=5)
        last = max(points)
        ends.append((last, points[last], f"{name}: {points[last]:g}", colour))
        words.append(
            f"{name}: " + ", ".join(f"{value:g} at {at:g}" for at, value in points.items())
        )
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    _name_ends(axes, ends)
    return canvas.drawing(figure, "\n".join(words))


def _name_ends(axes: "Axes", ends: "list[_End]") -> None:
    """Write the name of each line at its end; names that would cover each other move apart."""
    room = _LABEL_POINTS * canvas.DPI / 72
    lowest = float("-inf")
    for x, y, text, colour in sorted(ends, key=lambda end: end[1]):
        at = axes.transData.transform((x, y))[1]
        wanted = max(at, lowest + room)
        lowest = wanted
        axes.annotate(
            text,
            (x, y),
            (8, (wanted - at) * 72 / canvas.DPI),
            textcoords="offset points",
            color=canvas.dark(colour),
            fontweight="bold",
            fontsize=9.5,
            va="center",
        )


def spans(
    rows: Mapping[str, tuple[float, float]],
    *,
    until: float,
    x: str,
    cut: Mapping[str, float] | None = None,
    title: str = "",
) -> canvas.Drawing:
    """Draw from when to when each thing lasts, one below the other, on one time line.

    Args:
        rows: beginning and end of each thing, by its name.
        until: where the time line stops; what lasts longer runs off its edge.
        x: what the line counts.
        cut: when a thing was ended before its time, by its name.
        title: what is to be seen, in a line.

    """
    cut = cut or {}
    figure, page = canvas.figure(8, 1.3 + 0.42 * max(len(rows), 1))
    page.remove()
    height = figure.get_figheight()
    axes = figure.add_axes((0.22, 0.62 / height, 0.72, 1 - 1.15 / height))
    axes.set_title(title, loc="left", fontsize=11.5, fontweight="bold", color=INK, pad=10)
    axes.set_xlabel(x, color=INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)
    words = [title] if title else []
    for number, (name, (start, end)) in enumerate(rows.items()):
        colour = BLUE if number else GREEN
        stop = min(cut.get(name, end), until)
        axes.barh(number, stop - start, left=start, height=0.5, color=colour)
        told = f"{name}: {start:g} to {end:g}"
        if name in cut:
            axes.barh(
                number,
                min(end, until) - stop,
                left=stop,
                height=0.5,
                facecolor="white",
                edgecolor=RED,
                linestyle=":",
            )
            axes.plot([stop], [number], color=RED, marker="X", markersize=10)
            told += f", ended at {stop:g}"
        if end > until and (until - start) > until / 5:
            axes.annotate(
                f"to {end:,.0f} \N{RIGHTWARDS ARROW}",
                (until, number),
                (-6, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                color="white" if name not in cut else RED,
                fontweight="bold",
                fontsize=9.5,
            )
        words.append(told)
    axes.set_yticks(range(len(rows)), list(rows), color=INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, until)
    return canvas.drawing(figure, "\n".join(words))
