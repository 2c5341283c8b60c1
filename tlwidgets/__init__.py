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
    "list_datasets": "data",
    "corrupt": "data",
    "list_corruptions": "data",
    "load_folder": "data",
    "word_vectors": "data",
    "WordVectors": "data",
    "Dataset": "data",
    "Split": "data",
    "Backbone": "models",
    "FreezePlan": "models",
    "LayerRecord": "models",
    "backbone": "models",
    "list_backbones": "models",
    "block_of": "models",
    "list_blocks": "models",
    "classifier": "models",
    "count_params": "models",
    "check_images": "models",
    "CourseWarning": "models",
    "cut": "models",
    "drop_top": "models",
    "freeze": "models",
    "imagenet_classes": "models",
    "flatten": "models",
    "layer_outputs": "models",
    "layer_table": "models",
    "list_layers": "models",
    "changed_weights": "models",
    "to_rgb": "models",
    "snapshot_weights": "models",
    "top_classes": "models",
    "extract_features": "training",
    "extract_features_by_block": "training",
    "linear_probe": "training",
    "linear_probe_over_seeds": "training",
    "subset": "training",
    "device": "training",
    "epoch_seconds": "training",
    "fingerprint": "training",
    "handcrafted_features": "training",
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
