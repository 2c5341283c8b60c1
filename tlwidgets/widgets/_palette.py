"""Colours that mean the same in every widget and figure.

Based on the palette of Okabe and Ito; all pairs were checked with simulated protanopia, deuteranopia and
tritanopia, and against the light and the dark background. Colour is never the only sign: every run also has a
marker, training is dashed, frozen is hatched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["COLORS", "LEVELS", "MARKERS", "Color", "css_variables", "level_color", "pick"]


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
    # cells of a matrix: gain or right, loss or wrong, neither; between them level_color mixes
    "up": Color("#0877BD", "#4AA3E0"),
    "down": Color("#E66101", "#FF8A3C"),
    "zero": Color("#F5F5F5", "#2B2B2B"),
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


LEVELS = 6
"""Steps from a neutral cell of a matrix to the strongest one."""

_MIX = (0.16, 0.3, 0.44, 0.6, 0.8, 1.0)


def _luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2), 0 to 1."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def level_color(level: int, *, dark: bool = False) -> tuple[str, str]:
    """Return the fill of a matrix cell and the better ink on it, both ``#rrggbb``.

    Parameters
    ----------
    level
        -:data:`LEVELS` (loss, orange) to :data:`LEVELS` (gain, blue); 0 is neutral.
    dark
        For the dark theme.
    """
    end, zero = COLORS["up" if level > 0 else "down"], COLORS["zero"]
    share = _MIX[abs(level) - 1] if level else 0.0
    a, b = (zero.dark, end.dark) if dark else (zero.light, end.light)
    mixed = (round(int(a[i : i + 2], 16) * (1 - share) + int(b[i : i + 2], 16) * share) for i in (1, 3, 5))
    fill = "#{:02X}{:02X}{:02X}".format(*mixed)
    light = _luminance(fill)
    return fill, "#111111" if (light + 0.05) / 0.0559 > 1.05 / (light + 0.05) else "#FFFFFF"


def _variables(dark: bool) -> str:
    plain = {name: color.dark if dark else color.light for name, color in COLORS.items()}
    for level in range(-LEVELS, LEVELS + 1):
        name = f"{'down' if level < 0 else 'up'}-{abs(level)}" if level else "level-0"
        plain[name], plain[f"{name}-ink"] = level_color(level, dark=dark)
    return "".join(f"  --tlw-c-{name}: {color};\n" for name, color in plain.items())


def css_variables() -> str:
    """Return the palette as CSS custom properties for the root class: light (also on paper) and dark."""
    selectors = '[data-jp-theme-light="false"] .tlw,\n.vscode-dark .tlw,\nhtml[theme="dark"] .tlw'
    return f".tlw {{\n{_variables(False)}}}\n@media not print {{\n{selectors} {{\n{_variables(True)}}}\n}}\n"
