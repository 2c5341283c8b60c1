"""Correct a classifier for classes that come in other shares than in training (label shift)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import CourseError
from ._arrays import Features

__all__ = ["correct_prior", "estimate_prior"]


def _shares(name: str, shares: Any, classes: int) -> Features:
    s = np.asarray(shares, np.float64)
    if s.shape != (classes,) or not np.isfinite(s).all() or (s < 0).any() or not np.isclose(s.sum(), 1, atol=1e-3):
        raise CourseError(
            f"the shares of the {name} should be {classes} numbers from 0 that sum to 1, one for each class."
        )
    return s


def _probabilities(probabilities: Any) -> Features:
    p = np.asarray(probabilities, np.float64)
    if (
        p.ndim != 2
        or not len(p)
        or not np.isfinite(p).all()
        or (p < 0).any()
        or not np.allclose(p.sum(1), 1, atol=1e-2)
    ):
        raise CourseError(f"probabilities should have the shape (n, classes) and rows that sum to 1, not {p.shape}.")
    return p


def correct_prior(probabilities: Any, source: Any, target: Any) -> Features:
    """Return what a classifier would say if it knew that the classes now come in other shares.

    ``p'(y | x) ∝ p(y | x) target(y) / source(y)`` (Saerens, Latinne & Decaestecker 2002, "Adjusting the outputs of a
    classifier to new a priori probabilities: a simple procedure"). Right if the images of each class
    look as they did in training and the probabilities were calibrated there.

    Parameters
    ----------
    probabilities
        Of the classifier (n, k).
    source, target
        Shares of the classes in training and now, (k,) each. A class of the target may have the share 0; one that was
        never seen in training cannot come back.

    Returns
    -------
    ndarray of float64, (n, k)
    """
    p = _probabilities(probabilities)
    old, new = (_shares(n, s, p.shape[1]) for n, s in (("source", source), ("target", target)))
    if (new[old == 0] > 0).any():
        raise CourseError("a class of the target has the share 0 in the source: no correction can bring it back.")
    weighted = p * np.divide(new, old, out=np.zeros_like(old), where=old > 0)
    total = weighted.sum(axis=1, keepdims=True)
    # a row whose every possible class is excluded keeps the new shares
    return np.where(total > 0, weighted / np.where(total > 0, total, 1.0), new)


def estimate_prior(probabilities: Any, source: Any, *, steps: int = 200) -> Features:
    """Estimate the shares of the classes from unlabelled examples.

    Expectation maximisation: correct the probabilities by the shares, take the mean as the new shares, and again
    (Saerens, Latinne & Decaestecker 2002). It takes for granted that only the shares have changed: under
    any other shift it returns shares all the same, and they are wrong.

    Parameters
    ----------
    probabilities
        Of the classifier for examples of the target (n, k).
    source
        Shares of the classes in training (k,).
    steps
        Rounds.

    Returns
    -------
    ndarray of float64, (k,)
        They sum to 1.
    """
    p = _probabilities(probabilities)
    shares = old = _shares("source", source, p.shape[1])
    for _ in range(steps):
        shares = correct_prior(p, old, shares).mean(axis=0)
        shares = shares / shares.sum()
    return shares
