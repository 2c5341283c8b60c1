"""What BatchNorm costs: the same accuracy, looked at in three ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...course.figures import accuracy_lines, dots, summary
from ...widgets._figure import StaticFigure

if TYPE_CHECKING:
    from ...course.experiments import Table

__all__ = [
    "accuracy_lines",
    "batchnorm_costs",
    "dots",
    "summary",
]

_LOOKS = {
    "fit_accuracy": "training drawings,\nas fit reports",
    "train_accuracy": "training drawings,\nin inference",
    "accuracy": "held-out drawings,\nin inference",
}


def batchnorm_costs(table: Table, *, title: str = "") -> StaticFigure:
    """Draw a line a way through three accuracies; ways with equal numbers share a line.

    Parameters
    ----------
    table
        Rows of ``datasets/batchnorm`` of one size of the batch and one momentum.
    title
        Words above.
    """
    lines: dict[str, dict[str, list[float]]] = {}
    for method in table.distinct("method"):
        found = {words: table.values(column, method=method) for column, words in _LOOKS.items()}
        same = next((name for name, other in lines.items() if other == found), None)
        if same is None:
            lines[method] = found
        else:
            lines = {f"{name}\n= {method}" if name == same else name: values for name, values in lines.items()}
    figure = accuracy_lines(lines, x_label="which drawings, and how the network runs", y_label="accuracy", title=title)
    figure.alt = figure.alt.replace("\n", " ")
    return figure
