"""Differences from a baseline, with their sign in plain sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...course.figures import accuracy_lines, dots, embedding
from ...transfer.comparison import compare
from ...widgets._figure import StaticFigure

__all__ = [
    "accuracy_lines",
    "dots",
    "embedding",
    "gaps",
]

# verdict → colour, marker, word; the marker says the same as the colour
_LOOK = {
    "better": ("#0072B2", "^", "better"),
    "worse": ("#D55E00", "v", "worse"),
    "the same": ("#666666", "s", "the same"),
    "not settled": ("#666666", "o", "not settled"),
}


def gaps(
    rows: Mapping[str, tuple[Sequence[float], Sequence[float]]], *, baseline: str, title: str = ""
) -> StaticFigure:
    """Draw one row per condition: the mean paired difference from its baseline, in points, with its 95 % interval.

    A difference is called better or worse when the interval leaves out 0
    (:func:`tlwidgets.transfer.comparison.compare`).

    Parameters
    ----------
    rows
        Condition → accuracies (0 … 1) of the condition and of its baseline, one per seed, in the same order.
    baseline
        What the baseline is called.
    title
        Words above.
    """
    figure = StaticFigure((7.2, 1.1 + 0.3 * len(rows)), "")
    axes = figure.subplots()
    words = []
    for at, (name, (new, old)) in enumerate(rows.items()):
        found = compare(new, old)
        color, marker, word = _LOOK[found.verdict]
        mean, low, high = (100 * v for v in (found.mean, found.low, found.high))
        axes.plot([low, high], [at, at], color=color, linewidth=2, solid_capstyle="butt")
        axes.plot(mean, at, marker=marker, color=color, markersize=8)
        axes.annotate(
            f"{mean:+.1f}  {word}",
            (1.01, at),
            xycoords=("axes fraction", "data"),
            color=color,
            va="center",
            fontsize=9,
        )
        words.append(f"{name} {mean:+.1f} ({low:+.1f} to {high:+.1f}), {word}")
    axes.axvline(0, color="#222", linewidth=1.2)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(f"points of accuracy, compared with {baseline} (95 % interval)")
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#ddd", linewidth=0.8)
    axes.set_axisbelow(True)
    figure.alt = f"{title or 'Differences'}, in points, compared with {baseline}: " + "; ".join(words) + "."
    return figure
