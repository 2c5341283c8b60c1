"""What every strategy gives on one target, from a near source and from a far one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...course.figures import accuracy_lines, dots, image_rows
from .experiment import SCRATCH

if TYPE_CHECKING:
    from ...widgets._figure import StaticFigure
    from .results import Case

__all__ = [
    "accuracy_lines",
    "dots",
    "image_rows",
    "strategy_lines",
]


def strategy_lines(cases: Sequence[Case]) -> StaticFigure:
    """Draw a line per source over the strategies; from scratch, which has no source, is a dashed line.

    Parameters
    ----------
    cases
        Cases of one target and one number of labels per class.
    """
    first = cases[0]
    lines = {
        f"from {case.source}, {'near' if case.near else 'far'}": {
            strategy: values for strategy, values in case.accuracy.items() if strategy != SCRATCH
        }
        for case in sorted(cases, key=lambda case: case.distance)
    }
    return accuracy_lines(
        lines,
        x_label="what is trained",
        y_label="accuracy on the test images",
        levels={SCRATCH: first.accuracy[SCRATCH]} if SCRATCH in first.accuracy else None,
        title=f"{first.target.capitalize()}, {first.per_class} labelled images per class",
    )
