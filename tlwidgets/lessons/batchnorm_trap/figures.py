"""What BatchNorm costs: the same accuracy, looked at in three ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...course.figures import accuracy_lines, dots, summary
from ...widgets._figure import StaticFigure

__all__ = ["batchnorm_costs", "dots", "summary"]


def batchnorm_costs(looks: Mapping[str, Mapping[str, Sequence[float]]], *, title: str = "") -> StaticFigure:
    """Draw one line per method through three accuracies.

    Parameters
    ----------
    looks
        From :func:`.results.looks`.
    title
        Words above.
    """
    figure = accuracy_lines(looks, x_label="which drawings, and how the network runs", y_label="accuracy", title=title)
    figure.alt = figure.alt.replace("\n", " ")
    return figure
