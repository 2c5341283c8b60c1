"""The static figure of the matrix. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.patches import Rectangle

from .._figure import StaticFigure
from .._palette import LEVELS, level_color

__all__ = ["draw"]

_MANY = 24  # rows or columns from which cells have no numbers


def draw(
    sources: Sequence[str],
    targets: Sequence[str],
    cells: Sequence[Mapping[str, Any]],
    limit: float,
    title: str,
    unit: str,
    opened: Sequence[str],
    alt: str,
) -> StaticFigure:
    """Draw the cells of one method."""
    rows, columns = max(1, len(sources)), max(1, len(targets))
    figure = StaticFigure((min(8.4, 2.6 + 0.62 * columns), min(8.4, 1.5 + 0.42 * rows)), alt)
    ax = figure.subplots()
    measured = set()
    small = max(rows, columns) > _MANY
    for cell in cells:
        if cell["gain"] is None:
            continue
        measured.add((cell["s"], cell["t"]))
        level = max(-LEVELS, min(LEVELS, round(LEVELS * cell["gain"] / limit))) if limit else 0
        fill, ink = level_color(level)
        ax.add_patch(Rectangle((cell["t"], cell["s"]), 1, 1, facecolor=fill, edgecolor="white", lw=0 if small else 1.5))
        if not small:
            mark = {1: " ▲", -1: " ▼"}.get(cell["sign"], "")
            text = f"{cell['gain']:+.1f}".replace("-", "\N{MINUS SIGN}") if abs(cell["gain"]) >= 0.05 else "±0"
            ax.text(cell["t"] + 0.5, cell["s"] + 0.5, text + mark, ha="center", va="center", fontsize=8, color=ink)
    for i in range(len(sources)):
        for j in range(len(targets)):
            if (i, j) not in measured:
                ax.add_patch(Rectangle((j, i), 1, 1, facecolor="white", edgecolor="#999", hatch="//", lw=0))
    if len(opened) == 2:
        place = (targets.index(opened[1]), sources.index(opened[0]))
        ax.add_patch(Rectangle(place, 1, 1, facecolor="none", edgecolor="#111", lw=2.2))
    if small:
        ax.set(xticks=[], yticks=[])
    else:
        # names are data: a dollar sign is no formula
        ax.set_xticks([j + 0.5 for j in range(len(targets))], [n.replace("$", r"\$") for n in targets])
        ax.set_yticks([i + 0.5 for i in range(len(sources))], [n.replace("$", r"\$") for n in sources])
        turned = max((len(n) for n in targets), default=0) > 7
        ax.tick_params(length=0, labelsize=9)
        ax.tick_params(axis="x", rotation=40 if turned else 0)
        for name in ax.get_xticklabels():
            name.set(ha="left" if turned else "center", rotation_mode="anchor")
    ax.xaxis.set_ticks_position("top")
    ax.xaxis.set_label_position("top")
    ax.set(xlim=(0, columns), ylim=(rows, 0), xlabel="target", ylabel="source")
    ax.spines[:].set_visible(False)
    heading = title.replace("$", r"\$")
    figure.suptitle(
        f"{heading}, in {unit}\n▲ ▼ settled by the seeds (95 %), hatched: not measured", fontsize=9, ha="left", x=0.02
    )
    return figure
