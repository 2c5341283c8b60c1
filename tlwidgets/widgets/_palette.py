"""Colours that mean the same in every widget and figure.

Based on the palette of Okabe and Ito; all pairs were checked with simulated protanopia, deuteranopia and
tritanopia, and against the light and the dark background. Colour is never the only sign: every run also has a
marker, training is dashed, frozen is hatched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["COLORS", "MARKERS", "Color", "css_variables", "pick"]


class Color(NamedTuple):
    """One colour on the light and on the dark background (``#rrggbb``)."""

    light: str
    dark: str


COLORS: dict[str, Color] = {
    # the four training regimes of the course
    "scratch": Color("#444444", "#E8E8E8"),
    "frozen-base": Color("#0072B2", "#4AA3E0"),
    "tuned": Color("#D55E00", "#FF8A3C"),
    "partial": Color("#12A67C", "#00B386"),
    # further runs
    "extra-1": Color("#B25A91", "#E39CC6"),
    "extra-2": Color("#A87400", "#E69F00"),
    "extra-3": Color("#2E8BC0", "#7CC7F2"),
    # layers
    "frozen": Color("#6C8EB3", "#6A8DB3"),
    "frozen-ink": Color("#E3ECF6", "#1E2B3A"),
    "trainable": Color("#D55E00", "#FF8A3C"),
    "batchnorm": Color("#7A5195", "#C9A0E6"),
}
"""Colour names, as they appear in CSS (``--tlw-c-<name>``)."""

_RUNS = ("scratch", "frozen-base", "tuned", "partial", "extra-1", "extra-2", "extra-3")

_REGIMES: tuple[tuple[str, str], ...] = (
    # words in a run's name, first match wins: "fine-tuned from frozen base" is a fine-tuned run
    ("scratch", "scratch"),
    ("random init", "scratch"),
    ("fine", "tuned"),
    ("full", "tuned"),
    ("partial", "partial"),
    ("frozen", "frozen-base"),
    ("feature extract", "frozen-base"),
    ("probe", "frozen-base"),
)

MARKERS = ("circle", "square", "triangle", "diamond", "cross", "plus", "star")
"""Marker shapes of runs, in the order in which they are given out."""


def pick(name: str, taken: Iterable[str]) -> str:
    """Return the colour name for a run.

    Parameters
    ----------
    name
        Name of the run. A regime named in it ("from scratch", "frozen base", "fine-tuned", "partial")
        decides.
    taken
        Colour names in use; another run gets one that is still free, or the least used one when none is.
    """
    used = list(taken)
    lower = name.casefold()
    for word, color in _REGIMES:
        if word in lower and color not in used:
            return color
    # runs that name no regime take the other colours first, so that a regime that comes later finds its own
    # free
    order = (*_RUNS[4:], "frozen-base", "tuned", "partial", "scratch")
    if not any(word in lower for word, _ in _REGIMES):
        order = ("frozen-base", "tuned", "partial", *_RUNS[4:], "scratch")
    return min(order, key=lambda c: (used.count(c), order.index(c)))


def css_variables() -> str:
    """Return the palette as CSS custom properties for the root class, light and dark."""
    light = "".join(f"  --tlw-c-{name}: {color.light};\n" for name, color in COLORS.items())
    dark = "".join(f"  --tlw-c-{name}: {color.dark};\n" for name, color in COLORS.items())
    selectors = '[data-jp-theme-light="false"] .tlw,\n.vscode-dark .tlw,\nhtml[theme="dark"] .tlw'
    return f".tlw {{\n{light}}}\n{selectors} {{\n{dark}}}\n"
