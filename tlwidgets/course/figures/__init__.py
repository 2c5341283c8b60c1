"""The figures that lessons share: labelled axes, spread over seeds, direct labels, alternative text with numbers.

Every function returns a figure made without pyplot; naming it on the last line of a cell shows it.
"""

from ._style import summary
from .accuracy import accuracy_lines, dots
from .features import embedding, feature_maps
from .images import image_rows

__all__ = [
    "accuracy_lines",
    "dots",
    "embedding",
    "feature_maps",
    "image_rows",
    "summary",
]
