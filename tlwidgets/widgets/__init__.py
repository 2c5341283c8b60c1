"""Widgets: one folder each, with its Python, its JavaScript and its style. They load on first use."""

from __future__ import annotations

from .._lazy import lazy

_WHERE = {
    "ConfusionMatrix": "confusion_matrix",
    "DecisionGrid": "decision_grid",
    "FigureSlider": "figure_slider",
    "FreezeSlider": "freeze_slider",
    "LiveCurves": "live_curves",
    "Predict": "predict",
    "Quiz": "quiz",
    "ScoreScatter": "score_scatter",
    "TransferMatrix": "transfer_matrix",
}

__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]

__getattr__, __dir__ = lazy(globals(), _WHERE)
