"""Data sets that come with the course: small, licensed for reuse, split once and for all.

Beside them: the learner's own pictures, and ways of spoiling pictures.

>>> from tlwidgets.data import load
>>> load("styles", domain="noto", per_class=20)  # doctest: +SKIP
"""

from .corruptions import Corruption, corrupt, corruptions
from .loading import datasets, describe, load
from .own_pictures import OwnPictures, PictureReport, load_folder
from .records import Dataset, DatasetInfo, Split
from .words import WordVectors, word_vectors

__all__ = [
    "Corruption",
    "Dataset",
    "DatasetInfo",
    "OwnPictures",
    "PictureReport",
    "Split",
    "WordVectors",
    "corrupt",
    "corruptions",
    "datasets",
    "describe",
    "load",
    "load_folder",
    "word_vectors",
]
