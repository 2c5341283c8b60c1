"""Transfer learning in Keras: a course, and the widgets it is taught with.

The public names below load on first use, so that ``import tlwidgets`` brings in neither TensorFlow nor matplotlib.
"""

from __future__ import annotations

import os

from ._lazy import lazy

# Without this TensorFlow prints notices about oneDNN in red before the first result, and rounding depends on the
# processor. It has to be set before TensorFlow is imported; what the user has set stays.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

__version__ = "0.1.0"

# What is typed in several lessons; everything else is an attribute of its sub-package: ``tl.models.drop_top``.
_WHERE = {
    "CourseError": "errors",
    "corrupt": "data",
    "load": "data",
    "load_folder": "data",
    "backbone": "models",
    "changed_weights": "models",
    "classifier": "models",
    "count_params": "models",
    "cut": "models",
    "flatten": "models",
    "freeze": "models",
    "list_blocks": "models",
    "list_layers": "models",
    "snapshot_weights": "models",
    "to_rgb": "models",
    "extract_features": "training",
    "extract_features_by_block": "training",
    "fit": "training",
    "linear_probe": "training",
    "subset": "training",
    "sweep": "training",
    "compare": "transfer",
    "measure_shift": "transfer",
    "check_setup": "course",
    "lesson": "course",
    "BatchNormScope": "widgets",
    "ConfusionMatrix": "widgets",
    "DecisionGrid": "widgets",
    "FeatureMap": "widgets",
    "FigureSlider": "widgets",
    "FreezeSlider": "widgets",
    "ImageInput": "widgets",
    "LayerView": "widgets",
    "LearningRateLab": "widgets",
    "LiveCurves": "widgets",
    "ScoreScatter": "widgets",
    "ShiftSlider": "widgets",
    "TrainingPanel": "widgets",
    "TransferMatrix": "widgets",
}

_PACKAGES = ("data", "models", "training", "transfer", "widgets")

__all__ = sorted([*_WHERE, *_PACKAGES])  # pyright: ignore[reportUnsupportedDunderAll]

__getattr__, __dir__ = lazy(globals(), _WHERE, _PACKAGES)
