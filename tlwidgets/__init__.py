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

_WHERE = {
    "CourseError": "errors",
    "load": "data",
    "datasets": "data",
    "corrupt": "data",
    "corruptions": "data",
    "load_folder": "data",
    "word_vectors": "data",
    "WordVectors": "data",
    "Dataset": "data",
    "Split": "data",
    "Backbone": "models",
    "FreezePlan": "models",
    "LayerRecord": "models",
    "backbone": "models",
    "backbones": "models",
    "block_of": "models",
    "blocks": "models",
    "classifier": "models",
    "count_params": "models",
    "check_pictures": "models",
    "CourseWarning": "models",
    "cut": "models",
    "drop_top": "models",
    "freeze": "models",
    "imagenet_classes": "models",
    "inline": "models",
    "layer_outputs": "models",
    "layer_table": "models",
    "layers": "models",
    "moved": "models",
    "rgb": "models",
    "snapshot": "models",
    "top_classes": "models",
    "features": "training",
    "features_by_block": "training",
    "probe": "training",
    "probe_over_seeds": "training",
    "draw": "training",
    "device": "training",
    "epoch_seconds": "training",
    "fingerprint": "training",
    "handmade": "training",
    "explained_by_edges": "training",
    "fit": "training",
    "Run": "training",
    "Sweep": "training",
    "sweep": "training",
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

__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]

__getattr__, __dir__ = lazy(globals(), _WHERE)
