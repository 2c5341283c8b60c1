"""What is said about transfer learning, and what came out when the course measured it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["in_words", "statement"]


def statement(
    id: str, said: str, holds: bool, when: str, figures: Mapping[str, float | Sequence[float]]
) -> dict[str, Any]:
    """Return what a lesson found about a claim as a record that can be stored.

    Its figures are numbers, or ``{"mean": …, "std": …, "n": …}`` where one number a seed was given (standard deviation
    with n - 1).
    """
    stored: dict[str, Any] = {}
    for name, value in figures.items():
        v = np.asarray(value, "float64")
        several = v.ndim == 1 and v.size > 1
        stored[name] = {"mean": float(v.mean()), "std": float(v.std(ddof=1)), "n": int(v.size)} if several else v.item()
    verdict = "does not hold" if not holds else f"holds when {when}" if when else "holds"
    return {"id": id, "said": said, "holds": holds, "when": when, "verdict": verdict, "figures": stored}


def in_words(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return stored figures as text: three digits, mean ± standard deviation where there were several."""

    def number(value: float) -> str:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"

    return {
        name: f"{number(v['mean'])} ± {v['std']:.2g} ({v['n']} seeds)" if isinstance(v, dict) else number(v)
        for name, v in figures.items()
    }
