"""Data sets that come with the course: small, licensed for reuse, split once and for all.

Beside them: the learner's own images, and ways of spoiling images.

>>> from tlwidgets.data import load
>>> load("styles", domain="noto", per_class=20)
"""

from .corruptions import Corruption, corrupt, list_corruptions
from .loading import describe, list_datasets, load
from .own_images import ImageReport, OwnImages, load_folder
from .records import Dataset, DatasetInfo, Split
from .words import WordVectors, word_vectors

__all__ = [
    "Corruption",
    "Dataset",
    "DatasetInfo",
    "ImageReport",
    "OwnImages",
    "Split",
    "WordVectors",
    "corrupt",
    "describe",
    "list_corruptions",
    "list_datasets",
    "load",
    "load_folder",
    "word_vectors",
]
