"""How far apart two domains are, measured on features and without labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._threads import one_thread
from ..errors import CourseError
from ..models.structure import is_batchnorm
from ..models.surgery import leaf_layers
from ._arrays import Features, pair

__all__ = ["MMDTest", "a_distance", "batchnorm_distance", "mean_distance", "mmd", "mmd_test"]


@one_thread
def a_distance(source: Any, target: Any, *, seed: int = 0) -> float:
    """Return the proxy A-distance: how well a linear classifier tells the domains apart.

    ``2 (1 - 2 e)``, where ``e`` is the balanced error of logistic regression in five-fold cross-validation
    (Ben-David et al. 2006, "Analysis of representations for domain adaptation"). It saturates: once the domains can
    be told apart, further apart cannot be seen.

    Parameters
    ----------
    source, target
        Features (n, d) and (m, d), five examples or more each.
    seed
        Seed of the folds.

    Returns
    -------
    float
        0 (the same) to 2 (never mistaken).
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    xs, xt = pair(source, target)
    folds = 5
    if min(len(xs), len(xt)) < folds:
        raise CourseError(f"each domain needs {folds} examples or more, not {len(xs)} and {len(xt)}.")
    domain = np.repeat([0, 1], [len(xs), len(xt)])
    # equal weight for both domains, or the larger one would make any two sets look apart
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500, class_weight="balanced"))
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    accuracy = cross_val_score(classifier, np.vstack([xs, xt]), domain, cv=split, scoring="balanced_accuracy").mean()
    return float(max(0.0, 2 * (2 * accuracy - 1)))


def mean_distance(source: Any, target: Any) -> float:
    """Return the distance between the means of two domains, in standard deviations of the source, per feature.

    The root of the mean over features of ``((mean_t - mean_s) / std_s)²``. Features that do not vary in the source
    are left out. It does not saturate; it sees nothing but the means.

    Parameters
    ----------
    source, target
        Features (n, d) and (m, d).
    """
    xs, xt = pair(source, target)
    std = xs.std(axis=0)
    varies = std > 1e-12
    if not varies.any():
        raise CourseError("no feature varies in the source: there is no unit to measure the distance in.")
    z = (xt.mean(axis=0) - xs.mean(axis=0))[varies] / std[varies]
    return float(np.sqrt(np.mean(z**2)))


def batchnorm_distance(model: Any, x: Any) -> float:
    """Return how far images are from those that a network was trained on, without having the latter.

    BatchNorm keeps the mean and the variance of every channel over the source. The root of the mean over channels of
    ``((mean of the images - mean kept) / standard deviation kept)²``, in the last BatchNorm layer: what
    :func:`mean_distance` measures, from what the network remembers of its source.

    Parameters
    ----------
    model
        A built Keras model with BatchNorm layers of its own (not in a model inside it).
    x
        Images of the target (n, h, w, c), as the model takes them.

    Raises
    ------
    CourseError
        If there is no such layer, or no image.
    """
    import keras

    norms = [layer for layer in model.layers if is_batchnorm(layer)]
    if not norms:
        inside = any(is_batchnorm(layer) for layer in leaf_layers(model))
        raise CourseError(
            f"{model.name!r} has no BatchNorm layer"
            + (" but in a model inside it: give that one." if inside else ", so it keeps no statistics of its source.")
        )
    images = np.asarray(x)
    if not len(images):
        raise CourseError("there are no images to measure the distance of.")
    last = norms[-1]
    maps = keras.Model(model.inputs, last.input).predict(images, verbose=0)
    means = np.moveaxis(maps, last.axis, -1).reshape(-1, maps.shape[last.axis]).mean(axis=0, dtype="float64")
    kept, variance = (keras.ops.convert_to_numpy(w) for w in (last.moving_mean, last.moving_variance))
    return float(np.sqrt(np.mean((means - kept) ** 2 / (variance + last.epsilon))))


def _kernel(x: Features) -> Features:
    """Return the Gaussian kernel of all pairs, its width the median distance (Gretton et al. 2012, section 8)."""
    squared = np.maximum(np.add.outer(norm := (x**2).sum(axis=1), norm) - 2 * x @ x.T, 0)
    median = np.median(squared[np.triu_indices(len(x), 1)])
    return np.asarray(np.exp(-squared / (median if median > 0 else 1.0)))


def _unbiased(kernel: Features, of_source: Any) -> float:
    """Return the unbiased estimate of MMD² from the kernel of both domains together."""
    s, t = np.flatnonzero(of_source), np.flatnonzero(~of_source)
    n, m = len(s), len(t)
    within_s = (kernel[np.ix_(s, s)].sum() - n) / (n * (n - 1))
    within_t = (kernel[np.ix_(t, t)].sum() - m) / (m * (m - 1))
    return float(within_s + within_t - 2 * kernel[np.ix_(s, t)].mean())


def mmd(source: Any, target: Any) -> float:
    """Return the squared maximum mean discrepancy, the unbiased estimate with a Gaussian kernel.

    Gretton et al. 2012, "A kernel two-sample test", equation 3; the width of the kernel is the median distance of the
    examples of both domains. About 0, and sometimes below, where the domains are the same.

    Parameters
    ----------
    source, target
        Features (n, d) and (m, d); the work grows with (n + m)².
    """
    xs, xt = pair(source, target)
    return _unbiased(_kernel(np.vstack([xs, xt])), np.arange(len(xs) + len(xt)) < len(xs))


@dataclass(frozen=True)
class MMDTest:
    """What a test for a shift found."""

    statistic: float
    """MMD² of the two sets."""
    threshold: float
    """Above this it raises the alarm."""
    p_value: float
    """Share of shuffled sets that are at least as far apart."""
    level: float
    """Rate of false alarms that was allowed."""

    @property
    def shifted(self) -> bool:
        """Whether the alarm is raised."""
        return self.p_value <= self.level

    def __str__(self) -> str:
        return (
            f"{'shift' if self.shifted else 'no shift'} found: MMD² {self.statistic:.4f}, "
            f"threshold {self.threshold:.4f}, p = {self.p_value:.3f} (at most {self.level:.0%} false alarms)"
        )


def mmd_test(source: Any, target: Any, *, level: float = 0.05, shuffles: int = 200, seed: int = 0) -> MMDTest:
    """Test whether two sets come from one domain, with a bounded rate of false alarms.

    A permutation test: the examples are dealt out at random between the two sets, and the true deal is compared with
    those. If there is no shift, the alarm is raised in at most ``level`` of the cases. The distance is :func:`mmd`.

    Parameters
    ----------
    source, target
        Features (n, d) and (m, d).
    level
        Allowed rate of false alarms, above 0 and below 1.
    shuffles
        Number of random deals; p-values come in steps of ``1 / (shuffles + 1)``.
    seed
        Seed of the deals.
    """
    if not 0 < level < 1:
        raise CourseError(f"level={level} is no rate of false alarms: give a number above 0 and below 1, such as 0.05.")
    if (shuffles + 1) * level < 1:
        raise CourseError(
            f"{shuffles} shuffles cannot show a level of {level}: give {int(np.ceil(1 / level)) - 1} or more."
        )
    xs, xt = pair(source, target)
    kernel = _kernel(np.vstack([xs, xt]))
    of_source = np.arange(len(xs) + len(xt)) < len(xs)
    true = _unbiased(kernel, of_source)
    rng = np.random.default_rng(seed)
    shuffled = np.sort([_unbiased(kernel, rng.permutation(of_source)) for _ in range(shuffles)])
    # the true deal counts as one of the deals: without it the rate of false alarms would not be bounded
    p = (1 + int((shuffled >= true).sum())) / (shuffles + 1)
    place = int(np.ceil((1 - level) * (shuffles + 1))) - 1
    return MMDTest(true, float(shuffled[min(place, shuffles - 1)]), p, level)
