"""The static figure of the grid. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._figure import StaticFigure
from .._palette import COLORS

__all__ = ["draw"]


def draw(
    rows: Sequence[str],
    columns: Sequence[str],
    axes: Sequence[str],
    runs: Sequence[Mapping[str, Any]],
    choices: Sequence[Sequence[str]],
    label: str,
    alt: str,
) -> StaticFigure:
    """Draw a panel for each cell: dots for the runs of its strategies once one is chosen."""
    many = max([sum(r["cell"] == [row, column] for r in runs) for row in rows for column in columns], default=1)
    n, m = max(1, len(rows)), max(1, len(columns))
    figure = StaticFigure((min(9.6, 1.2 + 3.6 * m), 0.7 + n * (0.7 + 0.26 * many)), alt)
    panels = figure.subplots(n, m, squeeze=False, sharex=True)
    chosen = {(size, similarity): strategy for size, similarity, strategy in choices}
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            ax = panels[i][j]
            here = [r for r in runs if r["cell"] == [row, column]]
            title = f"{row}, {column}".replace("$", r"\$")
            ax.set_title(title, fontsize=9, loc="left")
            ax.spines[["top", "right", "left"]].set_visible(False)
            ax.set(ylim=(len(here) - 0.5, -0.5), yticks=[])
            ax.tick_params(labelsize=8)
            if (row, column) not in chosen:
                words = "choose a strategy" if here else "not measured"
                ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color="#555", fontsize=9)
                continue
            best = max(r["mean"] for r in here)
            ax.set_yticks(range(len(here)), [_name(r, chosen[row, column]) for r in here], fontsize=8)
            for y, r in enumerate(here):
                values = [v for v in r["runs"] if v is not None]
                color = COLORS[r["color"]].light
                ax.plot(values, [y] * len(values), ls="", marker="o", ms=3.5, color=color, alpha=0.6)
                ax.plot([r["mean"]] * 2, [y - 0.3, y + 0.3], color=color, lw=2.5)
                if r["strategy"] == chosen[row, column]:
                    ax.set_title(f"{title}: regret {best - r['mean']:.3f}", fontsize=9, loc="left")
    if runs:
        figure.supxlabel("accuracy (dots: seeds, bar: mean)", fontsize=9)
    else:
        panels[0][0].set_axis_off()
    heading = f"{label} Rows: {axes[0]}; columns: {axes[1]}."
    figure.suptitle(heading.replace("$", r"\$"), fontsize=9, ha="left", x=0.02)
    return figure


def _name(run: Mapping[str, Any], chosen: str) -> str:
    name = str(run["strategy"]).replace("$", r"\$")
    return f"▸ {name}" if run["strategy"] == chosen else name
