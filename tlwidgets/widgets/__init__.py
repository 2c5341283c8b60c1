"""Widgets: one folder each, with its Python, its JavaScript and its style. They load on first use."""

from __future__ import annotations

from .._lazy import lazy

_WHERE = {
    "BatchNormScope": "batchnorm_scope",
    "ConfusionMatrix": "confusion_matrix",
    "DecisionGrid": "decision_grid",
    "Exercise": "exercise",
    "FeatureMap": "feature_map",
    "FigureSlider": "figure_slider",
    "FreezeSlider": "freeze_slider",
    "ImageInput": "image_input",
    "LayerView": "layer_view",
    "LearningRateLab": "learning_rate_lab",
    "LiveCurves": "live_curves",
    "Predict": "predict",
    "Progress": "progress",
    "Quiz": "quiz",
    "ScoreScatter": "score_scatter",
    "ShiftSlider": "shift_slider",
    "TrainingPanel": "training_panel",
    "TransferMatrix": "transfer_matrix",
    "VerdictLab": "verdict_lab",
}

__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]

__getattr__, __dir__ = lazy(globals(), _WHERE)
