"""Data sets that come with the course: small, licensed for reuse, split once and for all.

>>> from tlwidgets.data import load
>>> load("styles", domain="noto", per_class=20)  # doctest: +SKIP
"""

from .loading import datasets, describe, load
from .records import Dataset, DatasetInfo, Split
from .words import WordVectors, word_vectors

__all__ = ["Dataset", "DatasetInfo", "Split", "WordVectors", "datasets", "describe", "load", "word_vectors"]
