"""Figures for the static figure of a widget, made without pyplot (no global state, nothing left open)."""

from __future__ import annotations

import base64
import io
import warnings
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

__all__ = ["DPI", "StaticFigure", "png"]

DPI = 96


class StaticFigure(Figure):
    """A matplotlib figure with alternative text; the last line of a cell shows it without pyplot.

    Parameters
    ----------
    size
        Width and height in inches.
    alt
        What the figure shows, in words.
    """

    def __init__(self, size: tuple[float, float], alt: str) -> None:
        super().__init__(figsize=size, dpi=DPI, layout="constrained", facecolor="white")
        FigureCanvasAgg(self)
        self.alt = alt

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"image/png": base64.b64encode(png(self)).decode("ascii"), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": round(self.get_figwidth() * DPI)}}


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file. The same figure gives the same bytes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # a name in a script that matplotlib's font lacks is drawn as boxes; the words beside the image have
        # it
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
