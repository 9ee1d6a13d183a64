"""What every drawing stands on: colours, a figure, and a picture that carries its words with it."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100

# Okabe and Ito's colours, which people of all kinds of colour vision tell apart.
BLUE = "#0072B2"
ORANGE = "#E69F00"
GREEN = "#009E73"
RED = "#D55E00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
INK = "#222222"
GREY = "#767676"
PALE = "#F2F2F2"
SERIES = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")

# A character of the fixed-width font at 10 points, in inches.
CHAR = 0.0836
LINE = 0.21


@dataclass(frozen=True)
class Drawing:
    """A picture as PNG, with what is to be seen on it in words."""

    png: bytes
    words: str

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        import base64

        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.words}
        return data, {"image/png": {"alt": self.words}}


def figure(width: float, height: float) -> "tuple[Figure, Axes]":
    """Return a figure of so many inches, and axes that fill it, without a frame.

    The settings are matplotlib's own, so that a picture is the same whatever the user's are.
    """
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcdefaults()
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    return figure, axes


def drawing(figure: "Figure", words: str) -> Drawing:
    """Return the finished figure as a drawing."""
    from PIL import Image

    pixels = io.BytesIO()
    figure.savefig(pixels, format="rgba")
    size = figure.canvas.get_width_height()
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    out = io.BytesIO()
    # A palette makes a third of the size, and no difference that is seen.
    image.quantize(128).save(out, format="PNG", optimize=True, dpi=(DPI, DPI))
    return Drawing(out.getvalue(), words)


def tint(colour: str, strength: float = 0.2) -> tuple[float, float, float]:
    """Return a colour mixed with white, for a background under dark text."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - strength * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def dark(colour: str) -> tuple[float, float, float]:
    """Return a colour mixed with black, for text on white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (0.68 * part for part in to_rgb(colour))
    return red, green, blue


def box(
    axes: "Axes", x: float, y: float, width: float, height: float, colour: str, **style: Any
) -> None:
    """Draw a rounded box with a tinted face, its lower left corner at x and y."""
    from matplotlib.patches import FancyBboxPatch

    shape = f"round,pad=0,rounding_size={style.pop('rounding', 0.06)}"
    style = {"facecolor": tint(colour), "edgecolor": colour, "linewidth": 1.2, **style}
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=shape, **style))
