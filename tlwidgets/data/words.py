"""Vectors of words, trained on a large text by others: what is transferred when the data are texts."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..errors import CourseError, unknown
from .loading import kept, whole
from .readers import lines

__all__ = ["STOP", "WordVectors", "word_vectors"]

Vectors: TypeAlias = npt.NDArray[np.float32]

STOP = frozenset(
    "the a an of in or and to for with by on from that is are as at it its which used having one".split()  # noqa: SIM905
)
"""Words left out of the mean: they are in texts of every topic."""


@dataclass(frozen=True, eq=False, repr=False)
class WordVectors:
    """Words and their vectors; :func:`word_vectors` gives them.

    Attributes
    ----------
    words
        The words in lower case, the commonest first; marks such as ``","`` are among them.
    vectors
        ``float32`` of shape ``(len(words), 50)``, read-only: a row for each word.
    license, credit
        SPDX identifier, and whom to name.

    Notes
    -----
    GloVe: J. Pennington, R. Socher and C. D. Manning, *GloVe: Global Vectors for Word Representation*, EMNLP 2014.
    """

    words: tuple[str, ...]
    vectors: Vectors
    license: str
    credit: str

    @cached_property
    def _row(self) -> Mapping[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def _unit(self) -> Vectors:
        """The vectors at length 1."""
        unit = self.vectors / np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return np.asarray(unit, np.float32)

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        """Whether a word is known, in whatever case."""
        return isinstance(word, str) and word.lower() in self._row

    def vector(self, word: str) -> Vectors:
        """Return the vector of a word, ``float32 (50,)``; a copy.

        Raises
        ------
        CourseError
            If the word is not known; names those that are spelt like it.
        """
        return np.array(self.vectors[self._place(word)], np.float32)

    def nearest(self, word: str, n: int = 5) -> list[tuple[str, float]]:
        """Return the ``n`` words that are most like a word, with the cosine of the angle between the vectors.

        Parameters
        ----------
        word
            A known word.
        n
            How many, 1 to the number of words less one; the word itself does not count.
        """
        place, many = self._place(word), whole("n", n)
        if not 1 <= many < len(self):
            raise CourseError(f"n={many} is outside 1 to {len(self) - 1}: give a number within.")
        cosine = self._unit @ self._unit[place]
        order = [i for i in np.argsort(-cosine, kind="stable")[: many + 1].tolist() if i != place]
        return [(self.words[i], float(cosine[i])) for i in order[:many]]

    def embed(self, texts: Iterable[str]) -> Vectors:
        """Return the mean vector of each text, ``float32 (n, 50)``.

        The mean goes over the words that are known and not in :data:`STOP`, each as often as it occurs. A text
        without any gets zeros. :meth:`unknown` tells what was not known.

        Parameters
        ----------
        texts
            Texts: a list, or an array of ``str`` such as ``data.train.x``.
        """
        split = [_words(text) for text in _checked(texts)]
        out = np.zeros((len(split), self.vectors.shape[1]), np.float32)
        for i, words in enumerate(split):
            rows = [self._row[word] for word in words if word in self._row]
            if rows:
                out[i] = self.vectors[rows].mean(0)
        return out

    def unknown(self, texts: Iterable[str]) -> list[tuple[str, ...]]:
        """Return for each text the words that :meth:`embed` leaves out because they are not known.

        ``sum(map(len, vectors.unknown(texts)))`` is their number.
        """
        return [tuple(word for word in _words(text) if word not in self._row) for text in _checked(texts)]

    def info(self) -> dict[str, Any]:
        """Return what this is, of plain types that ``json.dumps`` takes."""
        return {
            "name": "glove",
            "words": len(self),
            "dimensions": int(self.vectors.shape[1]),
            "license": self.license,
            "credit": self.credit,
        }

    def __repr__(self) -> str:
        """One short line."""
        return f"<WordVectors: {len(self)} words × {self.vectors.shape[1]} numbers, {self.license}>"

    def _repr_html_(self) -> str:
        """Return a table of a few words and those most like them."""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{word}</th><td style="text-align:left">'
            f"{html.escape(', '.join(f'{near} {cosine:.2f}' for near, cosine in self.nearest(word)))}</td></tr>"
            for word in ("bread", "paris", "violin")
            if word in self
        )
        return (
            f"<table><caption>{html.escape(repr(self)[1:-1])}. {html.escape(self.credit)}</caption><thead><tr>"
            '<th scope="col">word</th><th scope="col">most like it (cosine)</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )

    def _place(self, word: str) -> int:
        if not isinstance(word, str):
            raise CourseError(f"{word!r} is not a word: give a str such as 'river'.")
        place = self._row.get(word.lower())
        if place is not None:
            return place
        near = difflib.get_close_matches(word.lower(), self.words, n=3, cutoff=0.75)
        if near:
            raise unknown("word", word, near)
        raise CourseError(f"unknown word {word!r}: it is not among the {len(self)} that are kept, try a commoner one.")


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case, without those in STOP."""
    return [word for word in re.findall(r"[^\W\d_]+", text.lower()) if word not in STOP]


def _checked(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise CourseError("this is one text: give a list of texts, such as [text].")
    try:
        out = list(texts)
    except TypeError:
        raise CourseError(f"{texts!r} is not a list of texts: give a list or an array of str.") from None
    for i, text in enumerate(out):
        if not isinstance(text, str):
            raise CourseError(f"text {i} is {text!r}, which is not a str: give texts only.")
    return out


@lru_cache(maxsize=1)
def word_vectors() -> WordVectors:
    """Return the word vectors that come with the course: GloVe 6B, 20,000 English words, 50 numbers each.

    They are kept as whole numbers of 8 bits with a scale for each word; ``datasets/glove/card.md`` says what that
    costs. Every call returns the same object.

    Returns
    -------
    WordVectors
        With ``words``, ``vectors`` and the methods ``vector``, ``nearest``, ``embed`` and ``unknown``.

    Raises
    ------
    CourseError
        If the file is missing or damaged.
    """
    path, part = kept("glove")
    with np.load(path, allow_pickle=False) as archive:
        words = tuple(lines(archive["words"]))
        vectors = archive["vectors"].astype(np.float32) * archive["scale"].astype(np.float32)
    vectors.flags.writeable = False
    return WordVectors(words, vectors, part["license"], part["credit"])
