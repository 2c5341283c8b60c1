"""What a shift costs, how far it can be seen, and what a mitigation wins back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...course.figures import accuracy_lines
from ...course.figures._style import SHAPES, colors_of, plain, summary
from ...widgets._figure import StaticFigure

__all__ = [
    "accuracy_lines",
    "before_after",
    "cost_by_distance",
    "summary",
]


def before_after(
    rows: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    names: tuple[str, str],
    x_label: str,
    guess: Mapping[str, float] | None = None,
    title: str = "",
) -> StaticFigure:
    """Draw one row per condition: the mean without a mitigation, the mean with it, and a line between the two.

    Parameters
    ----------
    rows
        Condition → values over seeds without and with the mitigation. Thin bars are mean ± one standard deviation.
    names
        What the two are called.
    x_label, title
        Words on the figure.
    guess
        Reference values by name: dotted lines.
    """
    figure = StaticFigure((7.2, 1.3 + 0.27 * len(rows)), "")
    axes = figure.subplots()
    colors = colors_of(list(names))
    words = []
    for at, (condition, both) in enumerate(rows.items()):
        means = [float(np.mean(v)) for v in both]
        axes.plot(means, [at, at], color="#bbb", linewidth=2, zorder=1)
        for which, (name, values) in enumerate(zip(names, both, strict=True)):
            spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
            axes.errorbar(
                means[which], at, xerr=spread, color=colors[name], marker=SHAPES[which], markersize=6, elinewidth=1
            )
        axes.annotate(
            f"{means[0]:.2f} → {means[1]:.2f}", (1.01, at), xycoords=("axes fraction", "data"), va="center", fontsize=9
        )
        words.append(f"{condition} {summary(both[0], 2)} → {summary(both[1], 2)}")
    for name, where in (guess or {}).items():
        axes.axvline(where, color="#777", linestyle=":", linewidth=1.2)
        axes.annotate(
            f"{name} {where:.2f}",
            (where, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=9,
        )
        words.append(f"{name} {where:.2f}")
    first = tuple(next(iter(rows.values())))
    for which, name in enumerate(names):
        axes.annotate(
            name,
            (float(np.mean(first[which])), 0),
            xytext=(0, 7),
            textcoords="offset points",
            color=colors[name],
            ha="center",
            fontsize=9,
        )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.9)
    axes.tick_params(labelsize=9)
    axes.set_xlabel(x_label)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#ddd", linewidth=0.8)
    axes.set_axisbelow(True)
    figure.alt = f"{title or x_label}, {names[0]} → {names[1]}. " + "; ".join(words) + "."
    return figure


def cost_by_distance(
    points: Mapping[tuple[str, str], tuple[Sequence[float], Sequence[float]]],
    *,
    x_label: str,
    y_label: str,
    log: bool = False,
    title: str = "",
) -> StaticFigure:
    """Draw a cost against a distance, a point per pair of domains, with Spearman's rank correlation of the means.

    Parameters
    ----------
    points
        (source, target) → distances over seeds and costs over seeds, of the same seeds. Shape and colour are those of
        the source; thin bars are mean ± one standard deviation.
    x_label, y_label, title
        Words on the figure.
    log
        Logarithmic axis of distances.
    """
    from scipy.stats import spearmanr

    pairs = list(points)
    x, y = (np.array([[np.mean(v), np.std(v, ddof=1)] for v in (p[i] for p in points.values())]) for i in (0, 1))
    rank = float(spearmanr(x[:, 0], y[:, 0]).statistic)
    figure = StaticFigure((7.2, 3.6), "")
    axes = figure.subplots()
    axes.axhline(0, color="#777", linewidth=1, linestyle=":")
    sources = list(dict.fromkeys(source for source, _ in pairs))
    colors = colors_of(sources)
    for shape, source in zip(SHAPES, sources, strict=False):
        at = [i for i, pair in enumerate(pairs) if pair[0] == source]
        look: dict[str, Any] = {
            "fmt": shape,
            "color": colors[source],
            "ecolor": "#ccc",
            "elinewidth": 1,
            "markersize": 6,
        }
        axes.errorbar(x[at, 0], y[at, 0], xerr=x[at, 1], yerr=y[at, 1], label=source, **look)
    axes.legend(
        title="trained on", loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9, title_fontsize=9
    )
    if log:
        axes.set_xscale("log")
    plain(axes, x_label, y_label, f"{title} rank correlation {rank:+.2f}".strip())
    order = np.argsort(y[:, 0])
    ends = [f"{' → '.join(pairs[i])} {y[i, 0]:+.2f} at {x[i, 0]:.2f}" for i in (order[0], order[-1])]
    figure.alt = (
        f"{y_label} by {x_label}, {len(pairs)} pairs: distances {x[:, 0].min():.2f} to {x[:, 0].max():.2f}, "
        f"rank correlation {rank:+.2f}. Least: {ends[0]}; most: {ends[1]}."
    )
    return figure
