"""Accuracy, calibration and distance under a growing shift. Plain Python: works in a script, on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..data.corruptions import corrupt, list_corruptions
from ..errors import CourseError
from .shift import mean_distance

__all__ = ["Row", "Shift", "ShiftTable", "expected_calibration_error", "measure_shift", "reliability"]

Row: TypeAlias = dict[str, Any]
ShiftTable: TypeAlias = dict[str, dict[int, Row]]
"""Kind → severity → ``accuracy``, ``confidence``, ``ece``, ``distance`` (a number for each seed) and ``bins``."""

Shift: TypeAlias = Callable[..., npt.NDArray[Any]]


def reliability(confidence: npt.ArrayLike, right: npt.ArrayLike, bins: int = 15) -> list[list[float]]:
    """Return what a reliability diagram shows: for each bin of confidence, how many, how sure, how often right.

    Parameters
    ----------
    confidence
        Highest probability of each example, 0 to 1, shape (n,).
    right
        Whether its prediction is right, shape (n,).
    bins
        Bins of equal width; bin m holds ``(m - 1) / bins < confidence <= m / bins``.

    Returns
    -------
    list of [count, mean confidence, accuracy]
        A row for each bin; an empty bin is ``[0, 0, 0]``.
    """
    c, r = np.asarray(confidence, "float64"), np.asarray(right, "float64")
    which = np.clip(np.ceil(c * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(which, minlength=bins)
    share = np.maximum(count, 1)
    sure = np.bincount(which, c, minlength=bins) / share
    hit = np.bincount(which, r, minlength=bins) / share
    rows: list[list[float]] = np.stack([count, sure, hit], axis=1).tolist()
    return rows


def expected_calibration_error(confidence: npt.ArrayLike, right: npt.ArrayLike, bins: int = 15) -> float:
    """Return the expected calibration error: ``sum over bins of (n_m / n) |accuracy_m - confidence_m|``.

    Guo, Pleiss, Sun & Weinberger 2017, "On Calibration of Modern Neural Networks", equation 3; the bins are of equal
    width. It depends on the number of bins, and it is above 0 for a perfectly calibrated model too, by the noise of
    small bins.

    Parameters
    ----------
    confidence, right, bins
        See :func:`reliability`.

    Returns
    -------
    float
        0 to 1.
    """
    rows = np.asarray(reliability(confidence, right, bins))
    return float((rows[:, 0] * np.abs(rows[:, 1] - rows[:, 2])).sum() / max(1.0, rows[:, 0].sum()))


def measure_shift(
    predict: Callable[[Any], Any],
    x: npt.NDArray[Any],
    y: npt.ArrayLike,
    kinds: Iterable[str] | None = None,
    severities: Iterable[int] = range(6),
    *,
    seeds: Sequence[int] = (0,),
    features: Callable[[Any], Any] | None = None,
    bins: int = 15,
    shift: Shift = corrupt,
) -> ShiftTable:
    """Measure a model on images that are spoiled more and more.

    Parameters
    ----------
    predict
        Gives the class probabilities (n, k) of images, for example ``lambda x: model.predict(x, verbose=0)``.
    x, y
        Test images, as ``shift`` takes them, and the numbers of their classes, shape (n,).
    kinds
        Kinds of shift; all fifteen of :func:`tlwidgets.data.corruptions.list_corruptions` by default.
    severities
        Severities; 0 is no shift and is measured once.
    seeds
        Seeds of what is random in the shift: a number in the result for each.
    features
        Gives features (n, d) of images; with it the distance to the images without shift is measured
        (:func:`tlwidgets.transfer.mean_distance`, in standard deviations).
    bins
        Bins of the calibration error.
    shift
        ``shift(x, kind, severity, seed=…)`` gives the shifted images.

    Returns
    -------
    dict
        Kind → severity → ``{"accuracy": [a number for each seed], "confidence": […], "ece": […], "distance": […],
        "bins": [[count, mean confidence, accuracy], …]}``: plain numbers, ready for JSON. ``distance`` is missing
        without ``features``; ``bins`` are over all seeds. For several networks, measure each and join the lists.

    Raises
    ------
    CourseError
        If there are no images, lengths differ, or ``predict`` does not give probabilities.
    """
    labels = np.asarray(y)
    if len(x) == 0 or labels.shape != (len(x),):
        raise CourseError(f"give images and a class for each, not {len(x)} images and classes of {labels.shape}.")
    names = list(kinds) if kinds is not None else [record.name for record in list_corruptions()]
    levels = sorted(set(severities))
    if not names or not levels or not seeds:
        raise CourseError("measure_shift needs a kind, a severity and a seed, or more.")
    source = np.asarray(features(x)) if features is not None else None

    def measure(images: list[Any]) -> Row:
        row: Row = {"accuracy": [], "confidence": [], "ece": []}
        sure, hit = [], []
        for shown in images:
            p = np.asarray(predict(shown), "float64")
            if p.ndim != 2 or len(p) != len(labels) or not np.allclose(p.sum(axis=1), 1, atol=1e-2) or p.min() < 0:
                raise CourseError(
                    f"predict should give probabilities of shape ({len(labels)}, classes) whose rows sum to 1, not "
                    f"{p.shape}: add a softmax, or look at the loss for NaN."
                )
            c, r = p.max(axis=1), p.argmax(axis=1) == labels
            sure.append(c)
            hit.append(r)
            row["accuracy"].append(float(r.mean()))
            row["confidence"].append(float(c.mean()))
            row["ece"].append(expected_calibration_error(c, r, bins))
            if features is not None:
                row.setdefault("distance", []).append(mean_distance(source, features(shown)))
        row["bins"] = reliability(np.concatenate(sure), np.concatenate(hit), bins)
        return row

    clean = measure([x]) if 0 in levels else {}
    return {
        kind: {
            int(level): measure([shift(x, kind, level, seed=seed) for seed in seeds]) if level else clean
            for level in levels
        }
        for kind in names
    }
